"""The sign of tf.linalg.slogdet of a complex matrix has the gradient zero; needs only TensorFlow.

`_LogMatrixDeterminantGrad` (`tensorflow/python/ops/linalg_grad.py`) drops what comes for the sign. Of a real matrix
the sign is constant by pieces; of a complex one it is the determinant's phase, and turns with the matrix.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

A = [[1.0 + 1.0j, 0.5], [0.2j, 2.0 - 0.5j]]


def loss(a: Any) -> Any:
    """Return the real part of the sign."""
    return tf.math.real(tf.linalg.slogdet(a)[0])


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
