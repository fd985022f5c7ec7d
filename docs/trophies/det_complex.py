"""The gradient of tf.linalg.det of a complex matrix lacks a conjugate; needs only TensorFlow.

`_MatrixDeterminantGrad` (`tensorflow/python/ops/linalg_grad.py`) multiplies by the determinant. TensorFlow's gradient
is the conjugate of the derivative, so the factor has to be the determinant's conjugate; the inverse beside it is
adjoint already.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

A = [[1.0 + 1.0j, 0.5], [0.2j, 2.0 - 0.5j]]


def loss(a: Any) -> Any:
    """Return the real part of the determinant."""
    return tf.math.real(tf.linalg.det(a))


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
