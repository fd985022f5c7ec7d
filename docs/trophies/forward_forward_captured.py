"""Forward mode in forward mode raises through a tf.function that captures a tensor; needs only TensorFlow.

A function that is given the same number as an argument works. For a captured one, the wrapper that pushes tangents
of tangents (`_TapeGradientFunctions` in `tensorflow/python/eager/polymorphic_function/concrete_function.py`)
captures tangents a second time, beside the placeholders that it made for them, and then counts its inputs:

```text
The forward graph had 5 inputs, but we expected 4 (2 inference inputs and 2 input tangents).
```

That message is never seen, since the exception is built wrongly: a `TypeError` says that `InternalError` misses
arguments. `tf.vectorized_map` is met by it as well, since eagerly it is a function that captures what it maps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def second(function: Callable[[], Any], x: Any) -> str:
    """Return the second derivative by forward mode in forward mode, or what is raised."""
    tangent = tf.constant(1.0)
    try:
        with tf.autodiff.ForwardAccumulator(x, tangent) as outer:
            with tf.autodiff.ForwardAccumulator(x, tangent) as inner:
                y = function()
            first = inner.jvp(y)
        return str(float(outer.jvp(first)))
    except (TypeError, tf.errors.InternalError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:110]}"


def main() -> str:
    """Print the second derivative without a function and through one, then BUG or OK; return which."""
    x = tf.constant(2.0)
    expected = second(lambda: x * x * x, x)
    print("eagerly              ", expected)
    found = second(tf.function(lambda: x * x * x, autograph=False), x)
    print("through a tf.function", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
