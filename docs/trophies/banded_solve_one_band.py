"""The gradient of tf.linalg.banded_triangular_solve by a single band lacks a dimension; needs only TensorFlow.

`_BandedTriangularSolveGrad` (`tensorflow/python/ops/linalg_grad.py`) reads the bands off the gradient of the whole
matrix by `matrix_diag_part` with `k=(0, 0)`, which gives a single diagonal without the dimension of bands. A second
band of zeros goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of the sum of a solution by one band."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.linalg.banded_triangular_solve(x, tf.ones([2, 1])))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([[1.0, 2.0]]), [[-1.0, -0.25]]
    print("expected", expected)
    try:
        found = gradient(x).numpy().tolist()
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
