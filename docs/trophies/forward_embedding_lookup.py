"""tf.nn.embedding_lookup in a variable raises under forward mode inside tf.function; needs only TensorFlow.

`tf.nn.embedding_lookup` in a variable, under `tf.autodiff.ForwardAccumulator` inside `tf.function`:

```text
ValueError: Duplicate node name in graph: 'embedding_lookup'
```

The same lookup works eagerly, and `tf.gather` works in both. Found by the engine `forward`, whose first form looked
ids up in the variable as the other engines do. It reads each variable whole, inside the accumulator, before it
looks anything up: a lookup in a tensor is not affected.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

IDS = [0, 2, 2]
TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
TANGENT = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]


def push(table: Any) -> Any:
    """Return the tangent of the rows that are looked up in a variable."""
    with tf.autodiff.ForwardAccumulator(table, tf.constant(TANGENT)) as accumulator:
        rows = tf.nn.embedding_lookup(table, tf.constant(IDS))
    return accumulator.jvp(rows)


def main() -> str:
    """Print what came of it, then BUG or OK; return which."""
    table, expected = tf.Variable(TABLE), tf.gather(TANGENT, IDS)
    print("expected  ", expected.numpy().tolist())
    print("eagerly   ", push(table).numpy().tolist())
    try:
        found = tf.function(push, autograph=False)(table)
        print("in a graph", None if found is None else found.numpy().tolist())
        verdict = "BUG" if found is None or tf.reduce_any(found != expected) else "OK"
    except ValueError as error:
        print("in a graph", f"ValueError: {error}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
