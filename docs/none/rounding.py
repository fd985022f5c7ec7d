"""tf.round, tf.floor and tf.math.ceil

A staircase is flat wherever it has a derivative. TensorFlow gives None for its steps rather than zero; so do
`tf.math.floordiv` and `//`.

Round only what is shown or stored; in training, let the gradient pass straight through.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 1.7], name="w")


def loss():
    return tf.reduce_sum(tf.round(w * x))


def mended():
    exact = w * x
    return tf.reduce_sum(exact + tf.stop_gradient(tf.round(exact) - exact))
