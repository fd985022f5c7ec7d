"""The second derivative of an unsorted product by segments is NaN where an entry is zero; needs only TensorFlow.

`_UnsortedSegmentProdGrad` (`tensorflow/python/ops/math_grad.py`) divides the product by the entries, and replaces
what is zero by zero afterwards, with `where`. The derivative of the division is NaN all the same, and spreads over
the segment. `_SegmentProdGrad`, next to it, replaces the zeros by ones before it divides, and is right here.
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
    x = tf.constant([0.0, 2.0, 3.0])
    expected = slope(lambda x: x[0] * x[1] * x[2], x)
    found = slope(lambda x: tf.math.unsorted_segment_prod(x, [0, 0, 0], 1), x)
    print("x0 * x1 * x2         ", expected)
    print("unsorted_segment_prod", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
