"""A gradient through tf.cond by a variable of unknown shape raises where one branch does not use it.

A gradient through `tf.cond`, inside `tf.function`, by a variable of unknown shape that only one branch uses:

```text
ValueError: Cannot convert a partially known TensorShape (None, None) to a Tensor.
```

The branch that does not use the variable gives zeros of its shape, and takes that shape from the trace; the same
loss works outside of `tf.cond`, with a known shape, or where both branches use the variable. Found by the law
`cond`, whose other branch now uses every variable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

VALUES = [[1.0, 2.0], [3.0, 4.0]]


def differentiate(shape: list[int | None], other: Callable[[Any], Any]) -> Any:
    """Return the gradient of a sum of squares that stands in a branch, beside another branch."""
    w = tf.Variable(VALUES, shape=shape)

    @tf.function(input_signature=[tf.TensorSpec([], tf.bool)])
    def gradient(taken: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.cond(taken, lambda: tf.reduce_sum(w * w), lambda: other(w))
        return tape.gradient(loss, w)

    return gradient(tf.constant(True))


def unused(_: Any) -> Any:
    """Return a loss without the variable."""
    return tf.constant(0.0)


CASES: dict[str, tuple[list[int | None], Callable[[Any], Any]]] = {
    "known shape": ([2, 2], unused),
    "used in both": ([None, None], tf.reduce_sum),
    "used in one": ([None, None], unused),
}


def main() -> str:
    """Print what each case gives, then BUG or OK; return which."""
    expected = 2.0 * tf.constant(VALUES)
    print("expected    ", expected.numpy().tolist())
    verdict = "OK"
    for name, (shape, other) in CASES.items():
        try:
            found = differentiate(shape, other)
            print(f"{name:12}", found.numpy().tolist())
            wrong = bool(tf.reduce_any(found != expected))
        except ValueError as error:
            print(f"{name:12} {str(error).strip().splitlines()[-1].strip()}")
            wrong = True
        verdict = "BUG" if wrong else verdict
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
