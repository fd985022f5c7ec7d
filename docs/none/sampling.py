"""Sampling: tf.random.categorical, Bernoulli and other discrete draws

A draw from classes is a whole number: no gradient leads from an action back to the policy that chose it.

Use the logarithm of the probability of what was drawn (REINFORCE), a relaxed draw (Gumbel-softmax), or, for
continuous ones, `mean + deviation * noise`.
"""

import tensorflow as tf

rewards = tf.constant([1.0, 5.0, 2.0])
w = tf.Variable([0.1, 0.9, 0.3], name="w")


def loss():
    action = tf.random.categorical(w[tf.newaxis], 1, seed=1)
    return -tf.reduce_sum(tf.gather(rewards, action))


def mended():
    action = tf.random.categorical(w[tf.newaxis], 1, seed=1)[0, 0]
    return -tf.nn.log_softmax(w)[action] * tf.gather(rewards, action)
