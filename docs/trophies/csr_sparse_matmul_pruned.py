"""The gradient of a product of two CSR matrices lacks the entries at which it is zero; needs only TensorFlow.

`_PruneSparseTensor` (`tensorflow/python/ops/linalg/sparse/sparse_csr_matrix_grad.py`) picks the entries that the
input has from the gradient's product, which is sparse too, and leaves those out that the product does not store,
instead of writing a zero: the gradient by n values has fewer than n entries, silently, and those move up. Where such
an entry is the last one, the search for it runs past the end, and a gather of what is not there raises. It is met
wherever a row of one matrix has no entry in common with the columns of the other.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

FULL = [[0, 0], [0, 1], [1, 0], [1, 1]]


def product(values: Any, places: Any, other: Any) -> Any:
    """Return a full matrix times another, as a dense one."""
    size = tf.constant([2, 2], tf.int64)
    make = tf.raw_ops.SparseTensorToCSRSparseMatrix
    a = make(indices=tf.constant(FULL, tf.int64), values=values, dense_shape=size)
    b = make(indices=tf.constant(places, tf.int64), values=other, dense_shape=size)
    return tf.raw_ops.CSRSparseMatrixToDense(
        sparse_input=tf.raw_ops.SparseMatrixSparseMatMul(a=a, b=b, type=values.dtype), type=values.dtype
    )


@tf.function(autograph=False)
def slope(values: Any, places: Any, other: Any) -> Any:
    """Return the gradient of the product by the entries of the first matrix."""
    with tf.GradientTape() as tape:
        tape.watch(values)
        y = product(values, places, other)
    return tape.gradient(y, values)


def told(values: Any, places: Any, other: Any) -> str:
    """Return the gradient, or what is raised."""
    try:
        return str(slope(values, places, other).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: {error.message.strip().splitlines()[-2]}"


def main() -> str:
    """Print both, then BUG or OK; return which."""
    values, other = tf.constant([1.0, 2.0, 3.0, 4.0]), tf.constant([5.0])
    expected, found = [], []
    for place in ([0, 0], [1, 1]):
        # Each entry a[i, k] is multiplied by the sum of row k of the other matrix.
        expected.append(str([5.0 if column == place[0] else 0.0 for _, column in FULL]))
        found.append(told(values, [place], other))
        print("the other's one entry at", place)
        print("  expected", expected[-1])
        print("  found   ", found[-1])
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
