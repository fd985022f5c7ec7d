"""The gradient of DepthwiseConv2dNative with dilations is that without them; needs only TensorFlow and NumPy.

Without oneDNN, `DepthwiseConv2dNative` refuses dilations. With it, as is usual on x86 processors, the operation
heeds them for float32 and bfloat16; `_DepthwiseConv2dNativeGrad` (`tensorflow/python/ops/nn_grad.py`) hands them
on, but the kernels of both gradients ignore them. `tf.nn.depthwise_conv2d` goes round it by space_to_batch, and has
it right.
"""

from __future__ import annotations

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as TensorFlow does by itself on processors made for neural networks

import numpy as np
import tensorflow as tf


def main() -> str:
    """Print the filter's gradient of two ways to the same values, then BUG or OK; return which."""
    stream = np.random.default_rng(0)
    x = tf.constant(stream.normal(size=[1, 4, 3, 1]), tf.float32)
    kernel = tf.constant(stream.normal(size=[2, 2, 1, 1]), tf.float32)
    strides = [1, 1, 1, 1]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(kernel)
        one = tf.nn.depthwise_conv2d(x, kernel, strides, "SAME", dilations=[2, 2])
        two = tf.raw_ops.DepthwiseConv2dNative(
            input=x, filter=kernel, strides=strides, padding="SAME", dilations=[1, 2, 2, 1]
        )
    expected, found = (tf.reshape(tape.gradient(y, kernel), [-1]).numpy() for y in (one, two))
    print("values agree        ", bool(tf.reduce_all(tf.abs(one - two) < 1e-6)))
    print("tf.nn               ", expected.round(4).tolist())
    print("DepthwiseConv2dNative", found.round(4).tolist())
    verdict = "BUG" if abs(expected - found).max() > 1e-3 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
