"""pfor raises for the gradient of TensorArray.split into parts of different lengths; needs only TensorFlow.

The gradient of a split is `TensorListConcatV2`. `_convert_tensor_list_concat_v2` in
`tensorflow/python/ops/parallel_for/pfor.py` looks at the shape of the first element, makes a list of elements of that
shape, and puts the others into it. Parts of one length work, and so does
`tape.jacobian(..., experimental_use_pfor=False)`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.function(autograph=False)
def second(x: Any, lengths: Any) -> Any:
    """Return the second of two parts."""
    return tf.TensorArray(x.dtype, 2, infer_shape=False).split(x, lengths).read(1)


def jacobian(x: Any, lengths: Any, *, vectorised: bool) -> str:
    """Return the Jacobian, or what is raised."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = second(x, lengths)
    try:
        return str(tape.jacobian(y, x, experimental_use_pfor=vectorised).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        told = next(line for line in error.message.splitlines() if "incompatible shape" in line)
        return f"InvalidArgumentError: {told}"


def main() -> str:
    """Print the Jacobian of parts of one length and of two, by a loop and by pfor, then BUG or OK; return which."""
    verdict = "OK"
    for x, lengths in ((tf.ones([2, 1]), tf.constant([1, 1])), (tf.ones([3, 1]), tf.constant([1, 2]))):
        expected, found = jacobian(x, lengths, vectorised=False), jacobian(x, lengths, vectorised=True)
        print(lengths.numpy().tolist(), "by a loop", expected)
        print(lengths.numpy().tolist(), "by pfor  ", found)
        verdict = verdict if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
