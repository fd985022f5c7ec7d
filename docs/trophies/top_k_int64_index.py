"""tf.math.top_k(index_type=tf.int64) has a value and no gradient: it raises; needs only TensorFlow.

`_TopKGrad` (`tensorflow/python/ops/nn_grad.py`) casts the offsets of the rows to int32 before it adds them to the
indices, whatever type those have.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(index_type: Any) -> str:
    """Return the gradient of the two largest, or what is raised."""
    x = tf.constant([1.0, 3.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        values, _ = tf.math.top_k(x, k=2, index_type=index_type)
    try:
        return str(tape.gradient(values, x).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: {error.message.splitlines()[0]}"


def main() -> str:
    """Print the gradient for each type of index, then BUG or OK; return which."""
    expected, found = slope(tf.int32), slope(tf.int64)
    print("int32", expected)
    print("int64", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
