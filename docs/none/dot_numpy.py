""".numpy(), np.something(tensor) or model.predict() in the middle

All of them leave TensorFlow: what comes back is a constant to the tape. A graph has no `.numpy()`: gradcheck cannot
trace such a loss, and names the line.

Use TensorFlow's functions throughout, and call the model, `model(x)`, instead of `model.predict(x)`.
"""

import numpy as np
import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], name="w")


def loss():
    y = (w * x).numpy()
    return tf.reduce_sum(tf.constant(np.log1p(y)))


def mended():
    return tf.reduce_sum(tf.math.log1p(w * x))
