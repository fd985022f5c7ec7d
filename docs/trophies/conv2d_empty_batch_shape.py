"""conv2d of an empty batch of float32 has the shape of its input, not of a convolution; needs only TensorFlow.

oneDNN's kernel, which takes float32 on x86 processors, returns for an empty batch the shape of its input. What
stands behind the convolution gets another number of channels and another size of image, and so do the cotangents
that come back. With `TF_ENABLE_ONEDNN_OPTS=0` both shapes are right.
"""

from __future__ import annotations

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as TensorFlow does by itself on processors made for neural networks

import tensorflow as tf


def main() -> str:
    """Print the shape of the values in two dtypes, then BUG or OK; return which."""
    shapes = {}
    for dtype in (tf.float64, tf.float32):
        y = tf.nn.conv2d(tf.zeros([0, 3, 3, 1], dtype), tf.ones([2, 2, 1, 5], dtype), strides=1, padding="VALID")
        shapes[dtype.name] = tuple(y.shape)
        print(dtype.name, shapes[dtype.name])
    verdict = "OK" if shapes["float32"] == shapes["float64"] else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
