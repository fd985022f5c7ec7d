"""The gradient of tf.nn.isotonic_regression raises in a tf.function of an unknown batch; needs only TensorFlow.

`_MeanAggregator` (`tensorflow/python/ops/nn_grad.py`) splits a batch into rows, as many as its static shape says,
which is None where the batch is unknown.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of the sum of squares of what the regression gives."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.nn.isotonic_regression(x)[0] ** 2)
    return tape.gradient(y, x)


def main() -> str:
    """Print what is given eagerly and with an unknown size, then BUG or OK; return which."""
    x = tf.constant([[1.0, 3.0, 2.0, 0.0]])
    print("eagerly     ", slope(x).numpy().tolist())
    try:
        found = tf.function(slope, input_signature=[tf.TensorSpec([None, 4])], autograph=False)(x)
        print("unknown size", found.numpy().tolist())
        verdict = "OK"
    except ValueError as error:
        print("unknown size", f"ValueError: {error}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
