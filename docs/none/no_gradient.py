"""LookupError: gradient registry has no entry for an operation

Nobody has written a gradient for some operations: `tf.image.resize` by area, `tf.linalg.lu`, `tf.unique`,
`tf.image.adjust_contrast`, `tf.math.bincount` by its weights. The tape does not give None but raises.

Use an operation that has a gradient: here, pooling means the same.
"""

import tensorflow as tf

image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
w = tf.Variable(0.5, name="w")


def loss():
    return tf.reduce_sum(tf.square(tf.image.resize(w * image, [2, 2], method="area")))


def mended():
    return tf.reduce_sum(tf.square(tf.nn.avg_pool2d(w * image, 2, 2, "VALID")))
