"""Only in the predicate of tf.cond

A branch is taken or not; which one is no smooth function of anything. `tf.cond`, `tf.case`, `tf.switch_case` and an
`if` that AutoGraph rewrites are alike. Variables used inside of the branches do get a gradient.

Let the loss depend on the value as well, not on the decision alone.
"""

import tensorflow as tf

x = tf.constant(3.0)
w = tf.Variable(0.5, name="w")


def loss():
    return tf.cond(w * x > 1.0, lambda: x * x, lambda: x)


def mended():
    gate = tf.sigmoid(w * x - 1.0)
    return gate * x * x + (1.0 - gate) * x
