"""The gradient of tf.experimental.numpy.sinc at zero is NaN, where it is 0; needs only TensorFlow.

`sinc` (`tensorflow/python/ops/numpy_ops/np_math_ops.py`) chooses 1 at zero by a `where` beside sin(pi x) / (pi x).
The derivative of the quotient that is not chosen is NaN, and zero times NaN is NaN.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return sin(pi x) / (pi x)."""
    return tf.experimental.numpy.sinc(x)


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
