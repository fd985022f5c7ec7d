"""The gradient of tf.linalg.eigh of a matrix of about 1e-11 is wrong by a factor of 100; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

S = 1e-11


def vector(a: Any) -> Any:
    """Return the slope of the first eigenvector of a symmetric matrix."""
    vectors = tf.linalg.eigh(a)[1]
    return -vectors[1, 0] / vectors[0, 0]


def gradient(x: Any) -> Any:
    """Return the gradient of the entry of the first eigenvector that turns, times the matrix's size."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = S * vector(x)
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([[S, 0.0], [0.0, 2 * S]], tf.float64), 1.0
    print("expected", expected)
    try:
        found = float(gradient(x)[1, 0])
        print("found   ", found)
        verdict = "OK" if abs(found - expected) < 1e-6 else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
