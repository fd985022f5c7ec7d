"""The gradient of to_tensor by a default_value that is broadcast along its last axis raises; needs only TensorFlow.

`_ragged_tensor_to_tensor_grad` (`tensorflow/python/ops/ragged/ragged_conversion_ops.py`) sums the gradient over the
axes that the default lacks, and over those of size one that come first. One that comes later is broadcast as well,
and is not summed over: the reshape to the default's shape fails.
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

    def pad(default: Any) -> Any:
        return tf.RaggedTensor.from_row_lengths(tf.ones([3, 2, 3]), [2, 1]).to_tensor(default_value=default)

    default = tf.constant([[1.0], [2.0]])
    print("value", pad(default)[1, 1].numpy().tolist())
    expected, found = slope(lambda d: pad(tf.broadcast_to(d, [2, 3])), default), slope(pad, default)
    print("broadcast before      ", expected)
    print("broadcast by to_tensor", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
