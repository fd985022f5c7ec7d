"""The gradient of a product by segments is not conjugated for complex numbers; needs only TensorFlow.

`_SegmentProdGrad` and `_UnsortedSegmentProdGrad` (`tensorflow/python/ops/math_grad.py`) multiply the cotangent by
the product of the other entries, where it has to be the conjugate of that, as in `_ProdGrad`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> Any:
    """Return the gradient of a real part."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.math.real(function(x)))
    return tape.gradient(y, x).numpy().tolist()


def main() -> str:
    """Print both, then BUG or OK; return which."""
    x = tf.constant([1.0 + 2.0j, 3.0 - 1.0j], tf.complex128)
    expected = slope(tf.reduce_prod, x)
    found = [
        slope(lambda x: tf.math.segment_prod(x, [0, 0]), x),
        slope(lambda x: tf.math.unsorted_segment_prod(x, [0, 0], 1), x),
    ]
    print("reduce_prod", expected)
    print("segments   ", found)
    verdict = "OK" if all(tf.reduce_all(abs(tf.constant(g) - expected) < 1e-9) for g in found) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
