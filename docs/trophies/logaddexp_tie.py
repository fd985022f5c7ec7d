"""The gradient of tf.experimental.numpy.logaddexp(x, 1) is 1 at x = 1, where it is 1/2; needs only TensorFlow.

`logaddexp` (`tensorflow/python/ops/numpy_ops/np_math_ops.py`) is max(x, y) + log1p(exp(-abs(x - y))). Both terms have
a kink where x is y, and the kinks cancel: the sum is smooth. A tape gives max all of its slope on one side and abs
none, which together is 1 by x and 0 by y, where softmax is 1/2 for both. logaddexp2 is made the same way.
`tf.reduce_logsumexp` of a stack is right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return log(exp(x) + exp(1))."""
    return tf.experimental.numpy.logaddexp(x, tf.constant(1.0, x.dtype))


def main() -> str:
    """Print the derivative at 1.0 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(1.0, tf.float64), 1e-5
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
