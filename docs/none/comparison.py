"""A comparison: accuracy, thresholds, masks

`>`, `==` and their like give truth values, which have no derivative: an accuracy cannot be trained, nor can a
threshold.

Train on a smooth stand-in: the probability instead of the decision, a sigmoid instead of the threshold.
"""

import tensorflow as tf

labels = tf.constant([1.0, 0.0])
w = tf.Variable([0.8, 0.6], name="w")


def loss():
    hits = tf.equal(tf.cast(w > 0.5, tf.float32), labels)
    return 1.0 - tf.reduce_mean(tf.cast(hits, tf.float32))


def mended():
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, w - 0.5))
