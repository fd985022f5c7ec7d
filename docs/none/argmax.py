"""tf.argmax and tf.one_hot

`tf.argmax`, `tf.argmin` and the indices of `tf.math.top_k` are whole numbers, and so is the class that is predicted
with them. `tf.one_hot` cannot bring the gradient back.

Use the scores themselves in training: a softmax instead of the one-hot maximum, a cross entropy instead of a count of
hits.
"""

import tensorflow as tf

prices = tf.constant([1.0, 5.0, 2.0])
w = tf.Variable([0.1, 0.9, 0.3], name="w")


def loss():
    choice = tf.one_hot(tf.argmax(w), 3)
    return tf.reduce_sum(choice * prices)


def mended():
    choice = tf.nn.softmax(w / 0.1)
    return tf.reduce_sum(choice * prices)
