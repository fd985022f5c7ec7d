"""pfor raises for the Jacobian of an empty output where an operation has no converter; needs only TensorFlow.

An operation that pfor has no converter for, such as the ParallelDynamicStitch of `tf.dynamic_partition`'s gradient, is
put into a while loop, whose results are stacked (`_fallback_converter` in
`tensorflow/python/ops/parallel_for/pfor.py`). An empty output has no iterations, and an empty list without a known
shape cannot be stacked. The Jacobian is an empty array of a known shape, and a loop gives it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def jacobian(part: int, *, vectorised: bool) -> Any:
    """Return the Jacobian of one of two parts by the scalar that all goes to the second of, or what is raised."""
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.dynamic_partition(x, 1, 2)[part]
    try:
        return tape.jacobian(y, x, experimental_use_pfor=vectorised).numpy().tolist()
    except tf.errors.InvalidArgumentError as error:
        told = next(line for line in error.message.splitlines() if "empty list" in line)
        return f"InvalidArgumentError: {told}"


def main() -> str:
    """Print the Jacobians of the full and of the empty part, by a loop and by pfor, then BUG or OK; return which."""
    verdict = "OK"
    for part in (1, 0):
        expected, found = jacobian(part, vectorised=False), jacobian(part, vectorised=True)
        print(f"part {part} by a loop", expected)
        print(f"part {part} by pfor  ", found)
        verdict = verdict if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
