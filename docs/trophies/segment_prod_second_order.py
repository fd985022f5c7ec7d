"""The second derivative of a product by segments is zero where two entries are zero; needs only TensorFlow.

`_SegmentProdGrad` (`tensorflow/python/ops/math_grad.py`) sets the cotangent of a segment with more than one zero to
zero. That is the right gradient and not the right function: a constant, whose derivative is zero. With at most one
zero the second derivative is right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> Any:
    """Return the second derivative."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(function(x))
        gradient = inner.gradient(y, x)
    return outer.jacobian(gradient, x).numpy().tolist()


def main() -> str:
    """Print both, then BUG or OK; return which."""
    x = tf.constant([0.0, 0.0, 3.0])
    expected = slope(lambda x: x[0] * x[1] * x[2], x)
    found = slope(lambda x: tf.math.segment_prod(x, [0, 0, 0]), x)
    print("x0 * x1 * x2", expected)
    print("segment_prod", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
