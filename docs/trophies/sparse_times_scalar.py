"""A sparse tensor times a scalar has a value, and its gradient raises; needs only TensorFlow.

`_SparseDenseCwiseMulOrDivGrad` (`tensorflow/python/ops/sparse_grad.py`) reads the dense factor at the sparse one's
places by `tf.gather_nd`, which refuses a scalar. It does so for either factor's gradient: that of `x * 2.0` by the
values of a sparse `x` raises too, and so does that of a quotient. `tf.reshape(scale, [1])` goes around it.
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

    def times(scale: Any) -> Any:
        return (tf.SparseTensor([[0, 0], [1, 1]], [3.0, 4.0], [2, 2]) * scale).values

    scale = tf.constant(2.0)
    print("value", times(scale).numpy().tolist())
    expected, found = slope(lambda s: times(s[None, None]), scale), slope(times, scale)
    print("scalar of rank 2", expected)
    print("scalar of rank 0", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
