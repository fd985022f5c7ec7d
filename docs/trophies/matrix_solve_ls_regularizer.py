"""MatrixSolveLs gives no gradient of its regularizer; tf.linalg.lstsq, composed, does; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of a solution by regularised least squares."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.raw_ops.MatrixSolveLs(matrix=[[1.0]], rhs=[[1.0]], l2_regularizer=x, fast=True)
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant(1.0, tf.float64), -0.25
    print("expected", expected)
    try:
        found = gradient(x)
        print("found   ", found)
        verdict = "OK" if found is not None and float(found) == expected else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
