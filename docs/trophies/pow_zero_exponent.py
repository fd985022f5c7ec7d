"""The gradient of tf.pow(x, 0.0) at zero is NaN, though the power is 1 for every x; needs only TensorFlow.

`_PowGrad` (`tensorflow/python/ops/math_grad.py`) takes y x^(y - 1), which is zero times infinity at x = 0 and y = 0.
A polynomial written as `x ** [0.0, 1.0, 2.0]` has no gradient at zero therefore, nor has x^n a derivative of order n
+ 1. Leave the power of zero out.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return x to the power of 0."""
    return tf.pow(x, tf.constant(0.0, x.dtype))


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
