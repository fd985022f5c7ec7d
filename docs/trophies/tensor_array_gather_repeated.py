"""In a graph, the gradient of TensorArray.gather counts an index that is repeated once; needs only TensorFlow.

`_TensorListGatherGrad` in `tensorflow/python/ops/list_ops.py` scatters the cotangent into an empty list, where the last
of the rows of one index wins; it has to add them up. Eagerly an array is a Python list of tensors, whose gather is a
stack, and the gradient is right. `tf.gather` of the array's `stack()` goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of the sum of rows, the first of them twice."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.TensorArray(x.dtype, 2, clear_after_read=False).unstack(x).gather([0, 0, 1]))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([3.0, 5.0]), [2.0, 1.0]
    print("expected", expected)
    try:
        found = tf.function(gradient)(x).numpy().tolist()
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
