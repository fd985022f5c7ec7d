"""pfor raises for bad indices that tf.gather_nd is told to ignore; needs only TensorFlow.

`_convert_gather_nd` in `tensorflow/python/ops/parallel_for/pfor.py` gathers for all iterations at once, and does not
pass `bad_indices_policy` on: on a CPU the indices that were to be ignored raise, in `tf.vectorized_map` as in the
Jacobian of what gathers in its gradient, such as `tf.tensor_scatter_nd_max`. `tf.map_fn`, and
`experimental_use_pfor=False`, give the right answer.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def read(row: Any) -> Any:
    """Return one entry of a row, and zero where there is none."""
    return tf.gather_nd(row, [[1], [9]], bad_indices_policy="IGNORE")


def main() -> str:
    """Print what each row gives by itself and by pfor, then BUG or OK; return which."""
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    expected = str(tf.map_fn(read, rows).numpy().tolist())
    try:
        found = str(tf.vectorized_map(read, rows).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        # What stands first may be where, and not what.
        told = next(line.strip() for line in str(error).splitlines() if "does not index" in line)
        found = f"{type(error).__name__}: {told}"
    print("row by row", expected)
    print("by pfor   ", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
