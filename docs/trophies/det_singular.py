"""The gradient of tf.linalg.det raises at a singular matrix, where it is finite; needs only TensorFlow.

The determinant is a polynomial, and its gradient the matrix of cofactors. `_MatrixDeterminantGrad`
(`tensorflow/python/ops/linalg_grad.py`) takes it as determinant times inverse, and there is no inverse.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of a determinant."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.linalg.det(x)
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([[1.0, 2.0], [2.0, 4.0]]), [[4.0, -2.0], [-2.0, 1.0]]
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
