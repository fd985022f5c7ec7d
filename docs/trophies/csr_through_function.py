"""A tape around a tf.function that reads a CSR matrix raises, where it works eagerly and inside; needs only TensorFlow.

For a tape outside, the function also returns what its gradient needs, here the CSR matrix, and TensorFlow makes a
zero of its kind to stand for the gradient of it. `ZerosLike` of a `CSRSparseMatrix` is registered for a GPU alone
(`tensorflow/core/kernels/sparse/zeros_op.cc`), so that the call itself raises on a CPU as soon as a tape watches. A
tape inside the function works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def dense(values: Any) -> Any:
    """Return a diagonal matrix, which was in compressed rows on the way."""
    options = {"indices": tf.constant([[0, 0], [1, 1]], tf.int64), "dense_shape": tf.constant([2, 2], tf.int64)}
    matrix = tf.raw_ops.SparseTensorToCSRSparseMatrix(values=values, **options)
    return tf.raw_ops.CSRSparseMatrixToDense(sparse_input=matrix, type=values.dtype)


def slope(function: Callable[[Any], Any], values: Any) -> Any:
    """Return the gradient."""
    with tf.GradientTape() as tape:
        tape.watch(values)
        y = function(values)
    return tape.gradient(y, values)


def main() -> str:
    """Print what each way gives, then BUG or OK; return which."""
    values = tf.constant([3.0, 4.0])
    traced = tf.function(dense, autograph=False)
    expected = str(slope(dense, values).numpy().tolist())
    inside = tf.function(lambda x: slope(dense, x), autograph=False)(values).numpy().tolist()
    print("value of the function", traced(values).numpy().tolist())
    print("eagerly             ", expected)
    print("inside a function   ", inside)
    try:
        found = str(slope(traced, values).numpy().tolist())
    except tf.errors.InternalError as error:
        found = f"InternalError: {error.message.partition('}} ')[2]}"
    print("through a function  ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
