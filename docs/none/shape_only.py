"""Only the shape of it is used: tf.shape, tf.size, tf.zeros_like

The shape of a tensor says nothing of its values. A loss that is only divided by a size, or that uses `tf.zeros_like`
or `tf.ones_like` of a tensor, does not depend on it: gradcheck proves that.

Use the values; look for the place where they are left out.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], name="w")


def loss():
    mask = tf.ones_like(w)
    return tf.reduce_sum(mask * x) / tf.cast(tf.size(w), tf.float32)


def mended():
    return tf.reduce_sum(w * x) / tf.cast(tf.size(w), tf.float32)
