"""The gradient of tf.math.xlogy(x, y) by x is 0 at x = 0, where it is log(y); needs only TensorFlow.

`_XLogyGrad` (`tensorflow/python/ops/math_grad.py`) keeps the zero of the value at x = 0 for the derivative by x,
which is log(y) for every x; `_XLog1pyGrad` and `_XDivyGrad` do the same. The value's zero is there for the sake of y
= 0; for any other y the function is linear in x, and an entry that is zero is never trained. A later version of
TensorFlow mends it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return x log 2."""
    return tf.math.xlogy(x, tf.constant(2.0, x.dtype))


def main() -> str:
    """Print the derivative at 0.0 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(0.0, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    found = float(tape.gradient(y, x))
    expected = float((function(x + step) - function(x - step)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if found is not None and abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
