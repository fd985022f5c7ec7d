"""tf.custom_gradient that returns None

The function that `tf.custom_gradient` wraps says itself what its gradient is. None for an input means: there is no
gradient.

Return the gradient; `tf.zeros_like` of the input if zero is what is meant.
"""

import tensorflow as tf

w = tf.Variable([0.3, 0.7], name="w")


@tf.custom_gradient
def scaled(y):
    return 2.0 * y, lambda _: None


def loss():
    return tf.reduce_sum(scaled(w))


@tf.custom_gradient
def scaled_both_ways(y):
    return 2.0 * y, lambda upstream: 2.0 * upstream


def mended():
    return tf.reduce_sum(scaled_both_ways(w))
