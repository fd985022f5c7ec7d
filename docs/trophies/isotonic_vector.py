"""The gradient of tf.nn.isotonic_regression of a vector has another shape, and other numbers; needs only TensorFlow.

`_MeanAggregator` (`tensorflow/python/ops/nn_grad.py`), the gradient of the operation, is made for matrices: it
splits a vector into its entries, takes each for a row of its own, whose mean is the entry itself, and stacks them
to a column. Neither the means over segments nor the shape are right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

WEIGHTS = tf.constant([1.0, 2.0, 3.0, 4.0])


def slope(x: Any) -> Any:
    """Return the gradient of a weighted sum of what the regression gives."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.nn.isotonic_regression(x)[0] * WEIGHTS)
    return tape.gradient(y, x)


def main() -> str:
    """Print the gradient of a row and of the same as a vector, then BUG or OK; return which."""
    x = tf.constant([1.0, 3.0, 2.0, 0.0])
    expected, found = slope(x[None])[0], slope(x)
    print("a row   ", expected.numpy().tolist())
    print("a vector", found.numpy().tolist())
    verdict = "OK" if expected.shape == found.shape and tf.reduce_all(expected == found) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
