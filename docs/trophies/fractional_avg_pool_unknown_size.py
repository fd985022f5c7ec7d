"""The gradient of tf.nn.fractional_avg_pool raises in a tf.function of unknown sizes; needs only TensorFlow.

`_FractionalAvgPoolGrad` (`tensorflow/python/ops/nn_grad.py`) passes `op.inputs[0].get_shape()`, which is no tensor
while a size is unknown, where `tf.shape(op.inputs[0])` would do. The gradient of `tf.nn.fractional_max_pool` has no
such need.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of a pooled picture."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, _, _ = tf.nn.fractional_avg_pool(x, [1.0, 1.5, 1.5, 1.0], seed=3)
    return tape.gradient(y, x)


def main() -> str:
    """Print what is given eagerly and with an unknown batch, then BUG or OK; return which."""
    x = tf.ones([1, 4, 4, 1])
    print("eagerly      ", tf.reshape(slope(x), [-1]).numpy().tolist())
    try:
        found = tf.function(slope, input_signature=[tf.TensorSpec([None, 4, 4, 1])], autograph=False)(x)
        print("unknown batch", tf.reshape(found, [-1]).numpy().tolist())
        verdict = "OK"
    except ValueError as error:
        print("unknown batch", f"ValueError: {str(error).splitlines()[0]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
