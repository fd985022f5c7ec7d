"""tf.sparse.concat has no gradient, and its values count as constants; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> Any:
    """Return the gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    gradient = tape.gradient(y, x)
    return None if gradient is None else gradient.numpy().tolist()


def main() -> str:
    """Print both, then BUG or OK; return which."""

    def join(values: Any) -> Any:
        part = tf.SparseTensor([[0, 0], [1, 1]], values, [2, 2])
        return tf.sparse.concat(0, [part, part]).values

    values = tf.constant([1.0, 2.0])
    expected, found = slope(lambda v: tf.concat([v, v], 0), values), slope(join, values)
    print("tf.concat       ", expected)
    print("tf.sparse.concat", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
