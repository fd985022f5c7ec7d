"""tf.cast to integers

Whole numbers have no derivative: whatever passes through an integer type comes out without a gradient, even if it is
cast back at once. A common form is the quantised image, cast to `uint8` and back.

Stay in floating point. If the forward pass must be quantised, let the gradient pass straight through: `x +
stop_gradient(q - x)` has the value of `q` and the gradient of `x`.
"""

import tensorflow as tf

x = tf.constant([10.0, 20.0])
w = tf.Variable([0.52, 1.71], name="w")


def loss():
    pixels = tf.cast(w * x, tf.uint8)
    return tf.reduce_mean(tf.cast(pixels, tf.float32))


def mended():
    exact = w * x
    pixels = tf.cast(tf.cast(exact, tf.uint8), tf.float32)
    return tf.reduce_mean(exact + tf.stop_gradient(pixels - exact))
