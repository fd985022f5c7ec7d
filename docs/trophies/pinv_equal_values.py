"""The gradient of tf.linalg.pinv of a matrix of equal singular values lacks terms; needs only TensorFlow.

tf.linalg.pinv is composed of tf.linalg.svd, whose gradient leaves out the vectors of equal values (`_SafeReciprocal` in
`tensorflow/python/ops/linalg_grad.py`), though the inverse that is made of them is smooth there: that of the unit
matrix, or of any orthogonal one. tf.linalg.inv has the right gradient.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(invert: Any) -> Any:
    """Return the gradient of a weighted sum of the inverse's entries at the unit matrix."""
    x, weights = tf.eye(2), tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(weights * invert(x))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient by the inverse and by the pseudoinverse, then BUG or OK; return which."""
    expected, found = gradient(tf.linalg.inv), gradient(tf.linalg.pinv)
    print("tf.linalg.inv ", expected.numpy().tolist())
    print("tf.linalg.pinv", found.numpy().tolist())
    verdict = "OK" if float(tf.reduce_max(tf.abs(expected - found))) < 1e-3 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
