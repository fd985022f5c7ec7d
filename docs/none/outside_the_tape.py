"""Computed before the tape, or outside of it

A tape records what runs inside its `with` block, and not inside `tape.stop_recording()`. A tensor that was computed
before is a constant to it, as it is to a traced function: gradcheck finds that the loss does not read the variable at
all.

Compute it inside: move the line into the function that the tape sees.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], name="w")
prediction = w * x


def loss():
    return tf.reduce_sum(tf.square(prediction - 1.0))


def mended():
    return tf.reduce_sum(tf.square(w * x - 1.0))
