"""The gradient of sparse_to_dense by one value for all places has the places' shape; needs only TensorFlow.

`_SparseToDenseGrad` (`tensorflow/python/ops/sparse_grad.py`) gathers the cotangent at the places, and returns that
also where one scalar was written to all of them, instead of its sum. Nothing raises. `tf.compat.v1.sparse_to_dense`
is this operation.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> Any:
    """Return the gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x).numpy().tolist()


def main() -> str:
    """Print both, then BUG or OK; return which."""

    def place(value: Any) -> Any:
        options = {"sparse_indices": [[1], [3]], "output_shape": [4], "default_value": 0.0}
        return tf.raw_ops.SparseToDense(sparse_values=value, **options)

    value = tf.constant(2.0)
    expected, found = slope(lambda v: place(tf.stack([v, v])), value), slope(place, value)
    print("two values", expected)
    print("one value ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
