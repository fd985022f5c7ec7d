"""NumPy inside tf.py_function gives zero, not None

`tf.py_function` has a gradient as long as it calls TensorFlow: a tape of its own runs inside. Where it goes through
NumPy, that tape loses the way, and what comes out is zero. No graph shows the inside of a Python function, so that
its structure is whole: only the values tell.

Call TensorFlow inside, or leave `tf.py_function` out.
"""

import numpy as np
import tensorflow as tf

x = tf.constant([1.0, 2.0])
w = tf.Variable([0.3, 0.7], name="w")


def loss():
    return tf.reduce_sum(tf.py_function(lambda y: np.log1p(y.numpy()), [w * x], tf.float32))


def mended():
    return tf.reduce_sum(tf.py_function(tf.math.log1p, [w * x], tf.float32))
