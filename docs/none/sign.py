"""tf.sign gives zeros, not None

The sign is flat as well, but here TensorFlow gives zeros: nothing looks wrong, and nothing learns. A binarised
network is where it is met.

Put a smooth function in its place, such as `tf.tanh` of a multiple, or let the gradient pass straight through.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, -0.7], name="w")


def loss():
    return tf.reduce_sum(tf.sign(w) * x)


def mended():
    return tf.reduce_sum(tf.tanh(4.0 * w) * x)
