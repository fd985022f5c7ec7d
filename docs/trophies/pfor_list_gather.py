"""By pfor, the Jacobian of TensorArray.scatter in a tf.function is transposed, or raises; needs only TensorFlow.

The gradient of a scatter is `TensorListGather`. Of a list whose elements hold a row for each row of the Jacobian, it
gives first what the indices ask for, and then those rows. `_convert_tensor_list_gather` in
`tensorflow/python/ops/parallel_for/pfor.py` has to exchange the two and does not, as `_convert_tensor_list_stack` below
it does. Where there are as many indices as rows, the Jacobian is silently that of the inverse permutation; where there
are not, a reshape fails. `tape.jacobian(..., experimental_use_pfor=False)` is right, and so is an array that is
written index by index.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.function(autograph=False)
def turn(x: Any) -> Any:
    """Return numbers, each moved to the place after it."""
    return tf.TensorArray(x.dtype, size=3).scatter([1, 2, 0], x).stack()


def jacobian(x: Any, *, vectorised: bool) -> str:
    """Return the Jacobian, or what is raised."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = turn(x)
    try:
        return str(tape.jacobian(y, x, experimental_use_pfor=vectorised).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: Input{error.message.partition('Input')[2][:80]}"


def main() -> str:
    """Print the Jacobians of numbers and of pairs, by a loop and by pfor, then BUG or OK; return which."""
    verdict = "OK"
    for name, x in (("numbers", tf.constant([1.0, 2.0, 4.0])), ("pairs", tf.ones([3, 2]))):
        expected, found = jacobian(x, vectorised=False), jacobian(x, vectorised=True)
        shown = expected if name == "numbers" else "a Jacobian"
        print(f"{name:7} by a loop", shown)
        print(f"{name:7} by pfor  ", shown if found == expected else found)
        verdict = verdict if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
