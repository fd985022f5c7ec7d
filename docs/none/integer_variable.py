"""The variable itself holds integers

`tf.Variable(3)` is an `int32`. It cannot have a gradient, whatever is done with it.

Write the point: `tf.Variable(3.0)`.
"""

import tensorflow as tf

w = tf.Variable(3, name="w")


def loss():
    return tf.square(tf.cast(w, tf.float32) - 1.0)


v = tf.Variable(3.0, name="w")


def mended():
    return tf.square(v - 1.0)
