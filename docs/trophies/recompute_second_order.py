"""In a tf.function, the second derivative of tf.recompute_grad raises, as forward mode would; needs only TensorFlow.

Eagerly, a tape around a tape gives it. Where the recomputed part stands in a `tf.function`, the outer tape asks for
the gradient of the function's backward function by all that it takes, the cotangent included; that is what forward
mode asks for too, and `tf.recompute_grad` refuses it (`transpose` in `tensorflow/python/ops/custom_gradient.py`):

```text
NotImplementedError: recompute_grad tried to transpose grad of <lambda>. Consider not using recompute_grad in forward
modeautodiff
```

It is raised eagerly as well where the loss is not linear in the recomputed part, since then the cotangent depends on
the variable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def second(function: Callable[[Any], Any], x: Any) -> Any:
    """Return the second derivative of a sum, by a tape around a tape."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(function(x))
        first = inner.gradient(y, x)
    return outer.gradient(first, x)


def main() -> str:
    """Print the second derivative eagerly and through a function, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    recomputed = tf.recompute_grad(lambda x: x * x * x)
    expected = str(second(recomputed, x).numpy().tolist())
    print("eagerly              ", expected)
    try:
        found = str(second(tf.function(recomputed, autograph=False), x).numpy().tolist())
    except NotImplementedError as error:  # which TensorFlow raises
        found = f"NotImplementedError: {error}"
    print("through a tf.function", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
