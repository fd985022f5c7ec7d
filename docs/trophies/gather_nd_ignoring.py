"""The gradient of gather_nd that is told to ignore bad indices raises because of them; needs only TensorFlow.

For indices of one column `_GatherNdGrad` (`tensorflow/python/ops/array_grad.py`) gives the indices as they are to an
`IndexedSlices`, which has no such policy: whatever makes a tensor of it meets the bad one. Only for more columns,
where it scatters, does it pass `bad_indices_policy` on, and the gradient is right.
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

    def read(x: Any) -> Any:
        return tf.gather_nd(x, [[1], [9]], bad_indices_policy="IGNORE")

    x = tf.constant([3.0, 4.0])
    print("value", read(x).numpy().tolist())
    expected, found = "[0.0, 1.0]", slope(read, x)
    print("expected", expected)
    print("found   ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
