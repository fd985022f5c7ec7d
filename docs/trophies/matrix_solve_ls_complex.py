"""The gradient of a complex MatrixSolveLs takes a transpose for an adjoint; needs only TensorFlow.

`_MatrixSolveLsGrad` (`tensorflow/python/ops/linalg_grad.py`) adds to a product its transpose where the derivative of
the normal equations has its adjoint. tf.linalg.lstsq runs this operation for large batches of small matrices (above
256,000 bytes), and composes others for small ones, whose gradient is right: so its gradient depends on the batch's
size.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

A = [[1.0 + 1.0j, 0.5], [0.2j, 2.0 - 0.5j], [1.0, 1.0j]]
B = [[1.0], [2.0j], [3.0]]
NONE = tf.constant(0.0, tf.float64)


def loss(a: Any) -> Any:
    """Return the real part of the sum of a solution by least squares."""
    return tf.math.real(
        tf.reduce_sum(tf.raw_ops.MatrixSolveLs(matrix=a, rhs=tf.constant(B, a.dtype), l2_regularizer=NONE, fast=True))
    )


def main() -> str:
    """Print the gradient by the first entry, by differences and by the tape, then BUG or OK; return which."""
    a = tf.constant(A, tf.complex128)
    with tf.GradientTape() as tape:
        tape.watch(a)
        value = loss(a)
    found = complex(tf.reshape(tape.gradient(value, a, unconnected_gradients="zero"), [-1])[0])
    # TensorFlow's gradient of a real loss is its slope along 1, plus i times its slope along i.
    step = tf.reshape(tf.one_hot(0, tf.size(a), dtype=a.dtype), a.shape) * 1e-5
    expected = sum(d * float((loss(a + d * step) - loss(a - d * step)) / 2e-5) for d in (1, 1j))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
