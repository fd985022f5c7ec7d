"""The filter's gradient of depthwise_conv2d over an empty batch is memory that nobody wrote; needs only TensorFlow.

`DepthwiseConv2dNativeBackpropFilter` allocates the gradient and sums over the images of the batch. Where there is
none, it writes nothing, and the gradient is whatever the memory held before.
"""

from __future__ import annotations

import tensorflow as tf


def main() -> str:
    """Print the largest entry of a gradient that must be zero, then BUG or OK; return which."""
    x, kernel = tf.zeros([0, 3, 3, 64], tf.float64), tf.ones([2, 2, 64, 4], tf.float64)
    largest = 0.0
    for _ in range(200):
        # A tensor of the gradient's size, freed just before: its memory is what the gradient gets.
        tf.fill([2, 2, 64, 4], tf.constant(7.0, tf.float64)) + 1.0
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            y = tf.nn.depthwise_conv2d(x, kernel, strides=[1, 1, 1, 1], padding="VALID")
        found = tf.reduce_max(tf.abs(tape.gradient(y, kernel)))
        largest = max(largest, float(found))
    print("expected", 0.0)
    print("found   ", largest)
    verdict = "OK" if largest == 0.0 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
