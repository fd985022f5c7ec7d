"""The gradient of TensorListScatterV2 reaches a row that was overwritten; needs only TensorFlow.

Where an index is repeated, the last row is what the list keeps. `_TensorListScatterGrad` in
`tensorflow/python/ops/list_ops.py` gathers the cotangent of an index for every row that names it, so that rows which
nothing depends on get it too. `TensorArray.scatter` in a `tf.function` is this operation.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def read(x: Any) -> Any:
    """Write two rows to index 0, and read what is there."""
    rows = tf.raw_ops.TensorListScatterV2(tensor=x, indices=[0, 0], element_shape=[1], num_elements=1)
    return tf.raw_ops.TensorListGetItem(input_handle=rows, index=0, element_shape=[1], element_dtype=x.dtype)


def gradient(x: Any) -> Any:
    """Return the gradient of the row that is written last."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(read(x))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([[3.0], [5.0]]), [[0.0], [1.0]]
    print("value   ", read(x).numpy().tolist())
    print("expected", expected)
    try:
        found = gradient(x).numpy().tolist()
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
