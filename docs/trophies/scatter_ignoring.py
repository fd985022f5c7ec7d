"""The gradient of a scatter that is told to ignore bad indices raises because of them; needs only TensorFlow.

`_ScatterNdGrad`, `_TensorScatterAddGrad` and `_TensorScatterSubGrad` (`tensorflow/python/ops/array_grad.py`) gather
the updates' gradient without passing `bad_indices_policy` on, so that the gather raises on a CPU.
`_TensorScatterMinOrMaxGrad`, in the same file, passes it on and works.
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

    def add(updates: Any) -> Any:
        return tf.tensor_scatter_nd_add(tf.zeros(2), [[1], [9]], updates, bad_indices_policy="IGNORE")

    updates = tf.constant([3.0, 4.0])
    print("value", add(updates).numpy().tolist())
    expected, found = "[1.0, 0.0]", slope(add, updates)
    print("expected", expected)
    print("found   ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
