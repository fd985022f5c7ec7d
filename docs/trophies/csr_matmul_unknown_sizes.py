"""The gradient of a CSR matrix times a dense one raises where the dense sizes are unknown; needs only TensorFlow.

`_PrunedDenseMatrixMultiplication` (`tensorflow/python/ops/linalg/sparse/sparse_csr_matrix_grad.py`) takes the sizes
of the gradient from the static shapes of the dense factors, where an unknown one is None. The sparse matrix has the
same sizes, and could be asked when it runs. `tf.ensure_shape` of the dense matrix goes around it where its sizes are
known after all.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(b: Any) -> Any:
    """Return the gradient of a product by the sparse matrix's entries."""
    values = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(values)
        options = {"indices": tf.constant([[0, 0], [1, 1]], tf.int64), "dense_shape": tf.constant([2, 2], tf.int64)}
        matrix = tf.raw_ops.SparseTensorToCSRSparseMatrix(values=values, **options)
        y = tf.raw_ops.SparseMatrixMatMul(a=matrix, b=b)
    return tape.gradient(y, values)


def main() -> str:
    """Print both, then BUG or OK; return which."""
    b = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    expected = str(slope(b).numpy().tolist())
    unknown = tf.function(slope, input_signature=[tf.TensorSpec([None, None])], autograph=False)
    try:
        found = str(unknown(b).numpy().tolist())
    except TypeError as error:
        found = f"TypeError: {error}"
    print("sizes known  ", expected)
    print("sizes unknown", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
