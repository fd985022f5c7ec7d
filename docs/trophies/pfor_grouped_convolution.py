"""tape.jacobian by pfor gives a grouped convolution's filter a wrong Jacobian; needs only TensorFlow and NumPy.

pfor's converter of `Conv2DBackpropFilter` (`tensorflow/python/ops/parallel_for/pfor.py`) lays the loop beside the
channels of the cotangent and pretends that the filter were larger. In a grouped convolution a group takes a share
of the channels, and now takes those of other groups and other rows of the Jacobian. With
`experimental_use_pfor=False` it is right.
"""

from __future__ import annotations

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as TensorFlow does by itself on processors made for neural networks

import numpy as np
import tensorflow as tf


def main() -> str:
    """Print an entry that a loop and pfor tell apart, then BUG or OK; return which."""
    stream = np.random.default_rng(0)
    x = tf.constant(stream.normal(size=[1, 3, 3, 4]), tf.float32)
    kernel = tf.constant(stream.normal(size=[2, 2, 2, 4]), tf.float32)  # two groups of two channels
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(kernel)
        y = tf.nn.conv2d(x, kernel, strides=1, padding="VALID")
    expected, found = (tape.jacobian(y, kernel, experimental_use_pfor=pfor).numpy() for pfor in (False, True))
    worst = np.unravel_index(np.abs(expected - found).argmax(), found.shape)
    print("a loop", expected[worst])
    print("pfor  ", found[worst])
    verdict = "BUG" if abs(expected[worst] - found[worst]) > 1e-3 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
