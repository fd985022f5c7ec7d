"""The gradient of a projective transform warps back by the inverse, which is not its adjoint; needs only TensorFlow.

`_image_projective_transform_grad` (`tensorflow/python/ops/image_ops.py`) warps the cotangent by the inverse
transform. That is the adjoint of moving whole pixels about, and of nothing else: where a picture is drawn twice as
large, each pixel is read for about four, and gets the cotangent of about one. A transform that cannot be inverted
has no gradient at all.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

ZOOM = [[0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0]]


def warp(x: Any) -> Any:
    """Return a picture at twice its size."""
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x, transforms=ZOOM, output_shape=[4, 4], fill_value=0.0, interpolation="BILINEAR"
    )


def main() -> str:
    """Print what one pixel adds to the sum, and its gradient, then BUG or OK; return which."""
    x = tf.zeros([1, 4, 4, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(warp(x))
    found = float(tape.gradient(y, x)[0, 1, 1, 0])
    pixel = tf.reshape(tf.one_hot(5, 16), [1, 4, 4, 1])  # the map is linear: one pixel is its derivative
    expected = float(tf.reduce_sum(warp(pixel)))
    print("expected", expected)
    print("found   ", found)
    verdict = "BUG" if abs(expected - found) > 1e-3 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
