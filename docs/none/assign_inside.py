"""The value goes through an assign: state.assign(w * x), then state is read

`assign` writes numbers into a variable. To the tape, what is read from the variable afterwards begins there: its
gradient goes to `state`, and not on to what was written.

Go on with the tensor, and assign it beside.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], name="w")
state = tf.Variable([0.0, 0.0], name="state")


def loss():
    state.assign(w * x)
    return tf.reduce_sum(tf.square(state))


def mended():
    new = w * x
    state.assign(new)
    return tf.reduce_sum(tf.square(new))
