"""The loss is an integer

A number of errors is counted in whole numbers. The tape gives None for all variables; gradcheck refuses such a loss.

Return a floating-point loss that is not a count.
"""

import tensorflow as tf

labels = tf.constant([1, 0])
w = tf.Variable([0.8, 0.6], name="w")


def loss():
    return tf.math.count_nonzero(tf.cast(w > 0.5, tf.int32) != labels)


def mended():
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(labels, tf.float32), w - 0.5))
