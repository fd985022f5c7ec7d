"""An operation that is registered as not differentiable: tf.random.shuffle

Some operations have numbers in and numbers out, and yet TensorFlow calls them not differentiable:
`tf.random.shuffle`, `tf.range`, `tf.image.hsv_to_rgb`, `tf.edit_distance`.

Shuffle indices and gather by them: `tf.gather` has a gradient.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0, 4.0])
w = tf.Variable([0.3, 0.7, 0.1], name="w")


def loss():
    return tf.reduce_sum(tf.random.shuffle(w) * x)


def mended():
    order = tf.random.shuffle(tf.range(3))
    return tf.reduce_sum(tf.gather(w, order) * x)
