"""The Hessian of a norm by tf.math.reduce_euclidean_norm is NaN in the rows it does not read; needs only TensorFlow.

`_EuclideanNormGrad` (`tensorflow/python/ops/math_grad.py`) divides x by (norm / grad). Where grad is zero the first
order is x / infinity, which is zero, but the derivative of that quotient is NaN; of complex numbers the first order
is NaN already. Multiplying x / norm by grad would do; `tf.norm` does.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of the norm of the first of two rows."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        norm = tf.math.reduce_euclidean_norm(x, axis=1)[0]
    return tape.gradient(norm, x)


def main() -> str:
    """Print the second derivative along (1, 0) of the first row, by differences and a tape, then BUG or OK."""
    x = tf.constant([[3.0, 4.0], [1.0, 2.0]], tf.float64)
    move = 1e-5 * tf.constant([[1.0, 0.0], [0.0, 0.0]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        first = slope(x)[0, 0]
    found = tape.gradient(first, x)
    expected = (slope(x + move) - slope(x - move)) / 2e-5
    print("differences", expected.numpy().round(6).tolist())
    print("tape       ", found.numpy().round(6).tolist())
    verdict = "OK" if bool(tf.reduce_all(tf.abs(found - expected) < 1e-4)) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
