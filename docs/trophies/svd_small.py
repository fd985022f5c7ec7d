"""The gradient of tf.linalg.svd's vectors of a matrix of about 1e-6 is a thousandth of it; needs only TensorFlow.

`_SafeReciprocal` (`tensorflow/python/ops/linalg_grad.py`) adds 1e-20 to a square, so that equal values give no NaN. It
does so whatever the matrix's size: of singular values, which it takes squared, those near 1e-5 and below lose their
gradient, of eigenvalues (tf.linalg.eigh, tf.linalg.eig) those near 1e-10, though they are far apart for their size. The
vectors of a matrix do not change with its size; to scale the matrix before it is decomposed goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def turn(x: Any) -> Any:
    """Return the slope of the first left singular vector, which the matrix's size does not change."""
    vectors = tf.linalg.svd(x)[1]
    return vectors[1, 0] / vectors[0, 0]


def gradient(size: float) -> float:
    """Return the gradient by the entry that turns the vector, of a matrix that is multiplied by a size."""
    x = tf.constant([[2.0, 0.0], [0.0, 1.0]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = turn(size * x)
    return float(tape.gradient(loss, x)[1, 0])


def main() -> str:
    """Print the gradient of the same at three sizes, then BUG or OK; return which."""
    sizes = (1.0, 1e-5, 1e-6)
    found = [gradient(size) for size in sizes]
    for size, slope in zip(sizes, found, strict=True):
        print(f"times {size:g}:", slope)
    verdict = "OK" if all(abs(slope - found[0]) < 1e-6 for slope in found) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
