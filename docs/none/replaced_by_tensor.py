"""The variable has become a tensor: w = w - 0.1 * gradient

A tape watches variables, not tensors. After `w = w - ...` the name `w` stands for a tensor, and the next step has no
gradient. To differentiate by a `tf.constant` is the same case: it needs `tape.watch(x)`.

Change a variable in place: `assign`, `assign_sub`, or an optimizer.
"""

import tensorflow as tf

w = tf.Variable([0.3, 0.7], name="w")
w = w - 0.1 * tf.ones(2)


def loss():
    return tf.reduce_sum(tf.square(w))


v = tf.Variable([0.3, 0.7], name="w")
v.assign_sub(0.1 * tf.ones(2))


def mended():
    return tf.reduce_sum(tf.square(v))
