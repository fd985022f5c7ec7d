"""The gradient of several diagonals by tf.linalg.diag_part raises where sizes are unknown; needs only TensorFlow.

Where the matrix's shape is not known while tracing, `_MatrixDiagPartV3Grad` (`tensorflow/python/ops/array_grad.py`)
takes `matrix_set_diag` in place of `matrix_diag`, whose shape function refuses diagonals beside a matrix of unknown
sizes.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of the sum of two diagonals."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.linalg.diag_part(x, k=(0, 1)))
    return tape.gradient(y, x)


def main() -> str:
    """Print the gradient with known and with unknown sizes, then BUG or OK; return which."""
    x = tf.ones([3, 3])
    expected = str(slope(x).numpy().tolist())
    traced = tf.function(slope, input_signature=[tf.TensorSpec([None, None])], autograph=False)
    try:
        found = str(traced(x).numpy().tolist())
    except ValueError as error:
        found = f"ValueError: {str(error).splitlines()[0][:100]}"
    print("sizes known  ", expected)
    print("sizes unknown", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
