"""Variable.sparse_read and Variable.gather_nd raise under forward mode; needs only TensorFlow.

`variable.sparse_read(ids)` and `variable.gather_nd(indices)`, under `ForwardAccumulator`, eagerly as well:

```text
AttributeError: 'IndexedSlices' object has no attribute '_id'
```

1. Forward mode knows few derivative rules of its own. For any other operation `_jvp_helper`
   (`tensorflow/python/eager/forwardprop.py`) takes the gradient function, which is linear in the cotangent, and
   differentiates it once more by the cotangent: that transposes it.
2. The gradient of `ResourceGather` by the variable is `tf.IndexedSlices`; so is that of `ResourceGatherNd` where
   the indices have one column. `_jvp_helper` hands it to `transpose_tape.gradient` as its *target*, which only
   takes tensors: the `AttributeError` above.
3. `tf.gather` (`tensorflow/python/ops/array_ops.py`) tries `params.sparse_read(...)` and catches every
   `AttributeError`, which is meant to find out whether `params` is a variable. So it swallows the fault and gathers
   once more, from the whole variable. Numbers are right; the table is read whole, which a sparse read is there to
   avoid.
4. `tf.nn.embedding_lookup` gives `tf.gather` a name that ends with a slash, which means: exactly this name. In a
   graph the first attempt has taken it already, although it failed, and the second attempt is refused: the
   `ValueError` above.

In a copy of `_jvp_helper` with one line before `transpose_tape.gradient`, both scripts print `OK` on all three
versions:

```python
grads = [ops.convert_to_tensor(gradient) for gradient in grads]
```

An issue of 2020, since closed, reports forward mode failing on an embedding layer; whether that was the same fault
is not known: [tensorflow/tensorflow#43449](https://github.com/tensorflow/tensorflow/issues/43449).
"""

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
