"""Only in the condition of a while loop

How often a loop runs is a whole number. What decides it, and nothing else, gets no gradient; what the body computes
with does.

Let the body use the value, or weight what it adds by a smooth function of it.
"""

import tensorflow as tf

w = tf.Variable(3.5, name="w")


def loss():
    _, total = tf.while_loop(lambda i, _: i < w, lambda i, s: (i + 1.0, s + i), (0.0, 0.0))
    return total


def mended():
    _, total = tf.while_loop(lambda i, _: i < 5.0, lambda i, s: (i + 1.0, s + i * tf.sigmoid(w - i)), (0.0, 0.0))
    return total
