"""tf.Variable(trainable=False), a frozen layer, moving statistics

A tape watches trainable variables by itself and no others. Nothing is cut: the graph is connected, which is what
gradcheck says, and the gradient is there for whoever asks for it. The moving statistics of a batch normalisation are
such variables. In Keras a layer's `trainable=False` is another matter: it takes the weights out of
`trainable_variables`, but the tape still watches them, and gives a gradient to whoever names them.

Make the variable trainable; or, to see the gradient and leave the variable as it is, call `tape.watch(w)` before the
forward pass.
"""

import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], trainable=False, name="w")


def loss():
    return tf.reduce_sum(tf.square(w * x))


v = tf.Variable([0.3, 0.7], name="w")


def mended():
    return tf.reduce_sum(tf.square(v * x))
