"""Forward mode through tf.linalg.svd raises at the 33rd known shape; needs only TensorFlow.

Forward mode traces an operation's product of Jacobian and vector for each shape, and from 32 traces on for shapes
relaxed to unknown ones (`_jvp_dispatch` in `tensorflow/python/eager/forwardprop.py`). The gradient of Svd, from which
the product is made, refuses unknown sizes; so does that of Qr. Every shape that a process has seen counts.
"""

from __future__ import annotations

import tensorflow as tf


def push(size: int) -> float:
    """Return the tangent of the first singular value of a matrix of ones."""
    a = tf.ones([size, 1])
    with tf.autodiff.ForwardAccumulator(a, tf.ones_like(a)) as accumulator:
        s = tf.linalg.svd(a)[0]
    return float(accumulator.jvp(s)[0])


def main() -> str:
    """Print the last tangent that comes, and what comes then; then BUG or OK; return which."""
    found, verdict = 0.0, "OK"
    for size in range(1, 40):
        try:
            found = push(size)
        except NotImplementedError as error:  # which TensorFlow raises
            print(f"shape {size - 1}", found)
            print(f"shape {size}", f"NotImplementedError: {str(error)[:90]}")
            verdict = "BUG"
            break
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
