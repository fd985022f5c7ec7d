"""Forward mode through a tf.function asks for second-order gradients that it does not need; needs only TensorFlow.

The product of `tf.math.igamma` by `ForwardAccumulator` is right eagerly and inside a `tf.function`. Where the
function stands inside and forward mode outside, it raises:

```text
LookupError: No gradient defined for operation 'gradients/Igamma_grad/IgammaGradA'
```

Eagerly, forward mode transposes the gradient of each operation by the cotangent, in which it is linear. For a
function it transposes the function's backward function as a whole
(`tensorflow/python/eager/polymorphic_function/concrete_function.py`), and so builds the gradients of that function by
everything that it takes, the intermediate results of the forward pass too, and throws them away. Every operation
whose gradient has no gradient of its own is met by it: random gamma, sparse segments of embeddings, ragged variants.
Put the accumulator inside the function instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def push(function: Callable[[Any, Any], Any], a: Any, x: Any) -> Any:
    """Return the tangent of a function of two numbers."""
    with tf.autodiff.ForwardAccumulator([a, x], [tf.ones_like(a), tf.ones_like(x)]) as accumulator:
        y = function(a, x)
    return accumulator.jvp(y)


def main() -> str:
    """Print the tangent eagerly, inside and through a function, then BUG or OK; return which."""
    a, x = tf.constant(1.5), tf.constant(2.0)
    expected = float(push(tf.math.igamma, a, x))
    print("eagerly              ", expected)
    print("inside a tf.function ", float(tf.function(push, autograph=False)(tf.math.igamma, a, x)))
    try:
        found = float(push(tf.function(tf.math.igamma, autograph=False), a, x))
        print("through a tf.function", found)
        verdict = "OK" if abs(found - expected) < 1e-5 else "BUG"
    except LookupError as error:
        print("through a tf.function", f"LookupError: {str(error).strip().splitlines()[0][:120]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
