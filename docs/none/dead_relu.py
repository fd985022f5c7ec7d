"""The gradient is zero, not None: a dead relu, a clipped value, times zero

The path is there and the derivative along it is zero: every unit of the relu is below zero, `tf.clip_by_value` is at
its bound, a mask multiplies by zero, a sigmoid is saturated. Structure cannot show it; values do.

Move the values to where the function is not flat, or use one that is nowhere flat, such as `tf.nn.leaky_relu`.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([-0.3, -0.7], name="w")


def loss():
    return tf.reduce_sum(tf.nn.relu(w * x))


def mended():
    return tf.reduce_sum(tf.nn.leaky_relu(w * x))
