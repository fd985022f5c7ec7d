"""The gradient of tf.gather_nd by one tuple of indices, or by empty ones, raises; needs only TensorFlow.

`_GatherNdGrad` (`tensorflow/python/ops/array_grad.py`) scatters the cotangent by `tf.scatter_nd`, which takes less
than `tf.gather_nd`. A vector of indices is one tuple to the latter, and a list of rows to the former
(`ValidateUpdateShape` in `tensorflow/core/kernels/scatter_nd_op.cc`); and it refuses indices without elements for
updates that have some. `tf.gather_nd(x, [[1, 1]])[0]` goes around it.
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
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    empty = tf.zeros([2, 0], tf.int32)
    print("values", tf.gather_nd(x, [1, 1]).numpy().tolist(), tf.gather_nd(x, empty).numpy().tolist())
    expected = slope(lambda x: x[1, 1], x), slope(lambda x: tf.stack([x, x]), x)
    found = slope(lambda x: tf.gather_nd(x, [1, 1]), x), slope(lambda x: tf.gather_nd(x, empty), x)
    print("by slices", expected)
    print("gather_nd", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
