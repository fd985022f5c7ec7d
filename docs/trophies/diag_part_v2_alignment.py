"""The gradient of MatrixDiagPartV2 puts short diagonals at the wrong end; needs only TensorFlow.

MatrixDiagPartV2 aligns every diagonal to the left. Its gradient (`tensorflow/python/ops/array_grad.py`) calls
`array_ops.matrix_diag`, which is MatrixDiagV3 and by default aligns those above the main one to the right. Graphs
that TensorFlow 2.0 and 2.1 saved hold this operation.
"""

from __future__ import annotations

import tensorflow as tf


def main() -> str:
    """Print the weights that the diagonals carry, and the gradient of their weighted sum, then BUG or OK."""
    x, weights = tf.zeros([2, 2]), tf.constant([[1.0, 5.0], [2.0, 3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        diagonals = tf.raw_ops.MatrixDiagPartV2(input=x, k=[0, 1], padding_value=0.0)
        y = tf.reduce_sum(diagonals * weights)
    # The only entry above the main diagonal comes first in its row, and is weighted by 1.
    expected, found = [[2.0, 1.0], [0.0, 3.0]], tape.gradient(y, x).numpy().tolist()
    print("expected", expected)
    print("found   ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
