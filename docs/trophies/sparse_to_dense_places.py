"""The gradient of sparse_to_dense with places of rank 1 raises; needs only TensorFlow.

A vector of places is documented: each is an index into a dense vector. `_SparseToDenseGrad`
(`tensorflow/python/ops/sparse_grad.py`) gives it to `tf.gather_nd`, which takes it for one index of as many
dimensions. Where there is only one place, nothing raises, and the gradient is a scalar instead of a vector. A scalar
place raises too.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> str:
    """Return the gradient, or what is raised."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    try:
        return str(tf.convert_to_tensor(tape.gradient(y, x)).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def main() -> str:
    """Print both, then BUG or OK; return which."""

    def place(places: Any) -> Any:
        options = {"output_shape": [4], "default_value": 0.0}
        return lambda v: tf.raw_ops.SparseToDense(sparse_indices=places, sparse_values=v, **options)

    values = tf.constant([1.0, 2.0])
    expected, found = slope(place([[1], [3]]), values), slope(place([1, 3]), values)
    print("places of rank 2", expected)
    print("places of rank 1", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
