"""The gradient of a product of two CSR matrices raises eagerly, and not in a tf.function; needs only TensorFlow.

`_PruneCSRMatrix` (`tensorflow/python/ops/linalg/sparse/sparse_csr_matrix_grad.py`) reads the type of the matrix from
its handle data. In a graph the shape functions of the operations set those; eagerly nothing does but the class
`CSRSparseMatrix`, which TensorFlow does not export, so that matrices made by `tf.raw_ops` have none. The type is an
attribute of the operation, which the gradient function has read already.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(values: Any) -> Any:
    """Return the gradient of a matrix times another by the entries of the first."""
    options = {"indices": tf.constant([[0, 0], [1, 1]], tf.int64), "dense_shape": tf.constant([2, 2], tf.int64)}
    b = tf.raw_ops.SparseTensorToCSRSparseMatrix(values=tf.constant([5.0, 6.0]), **options)
    with tf.GradientTape() as tape:
        tape.watch(values)
        a = tf.raw_ops.SparseTensorToCSRSparseMatrix(values=values, **options)
        product = tf.raw_ops.SparseMatrixSparseMatMul(a=a, b=b, type=values.dtype)
        y = tf.raw_ops.CSRSparseMatrixToDense(sparse_input=product, type=values.dtype)
    return tape.gradient(y, values)


def main() -> str:
    """Print both, then BUG or OK; return which."""
    values = tf.constant([3.0, 4.0])
    expected = str(tf.function(slope, autograph=False)(values).numpy().tolist())
    try:
        found = str(slope(values).numpy().tolist())
    except (tf.errors.InternalError, ValueError) as error:
        found = f"{type(error).__name__}: {str(error).split(':')[0]}"
    print("in a graph", expected)
    print("eagerly   ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
