"""Variable.sparse_read and Variable.gather_nd raise under forward mode; needs only TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

IDS = [0, 2, 2]
TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
TANGENT = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]


def push(read: Callable[[Any], Any]) -> Any:
    """Return the tangent of the rows that ``read`` takes from a variable."""
    table = tf.Variable(TABLE)
    with tf.autodiff.ForwardAccumulator(table, tf.constant(TANGENT)) as accumulator:
        rows = read(table)
    return accumulator.jvp(rows)


READS: dict[str, Callable[[Any], Any]] = {
    "gather": lambda table: tf.gather(table, IDS),
    "sparse_read": lambda table: table.sparse_read(tf.constant(IDS)),
    "gather_nd": lambda table: table.gather_nd(tf.constant(IDS)[:, None]),
}


def main() -> str:
    """Print what each read gives, then BUG or OK; return which."""
    expected = tf.gather(TANGENT, IDS)
    print("expected   ", expected.numpy().tolist())
    verdict = "OK"
    for name, read in READS.items():
        try:
            found = push(read)
            print(f"{name:11}", None if found is None else found.numpy().tolist())
            wrong = found is None or bool(tf.reduce_any(found != expected))
        except AttributeError as error:
            print(f"{name:11}", f"AttributeError: {error}")
            wrong = True
        verdict = "BUG" if wrong else verdict
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
