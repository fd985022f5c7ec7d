"""tf.stop_gradient where it does not belong

`tf.stop_gradient` hands its input on and cuts the gradient. It is often left over from an experiment, or stands
around too much of an expression. The path shows the line.

Take it away, or put it around the part that must not be trained.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.5, -0.5], name="w")


def loss():
    target = tf.stop_gradient(w * x)
    return tf.reduce_sum(tf.square(target - 1.0))


def mended():
    prediction, target = w * x, tf.stop_gradient(x)
    return tf.reduce_sum(tf.square(prediction - target))
