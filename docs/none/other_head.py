"""The variable belongs to another loss or another head

The model has the variable, but no path runs from it to this loss: it is another head's, or a layer that was made and
never called. Asked for all variables of a model, a tape gives None for these.

Differentiate each loss by its own variables, or add the losses up.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], name="w")
u = tf.Variable([0.1, 0.4], name="u")


def loss():
    return {"loss1": tf.reduce_sum(w * x), "loss2": tf.reduce_sum(u * x)}


def mended():
    return {"joint": tf.reduce_sum(w * x) + tf.reduce_sum(u * x)}
