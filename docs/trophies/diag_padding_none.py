"""tf.linalg.diag and diag_part depend on padding_value, and give it no gradient; needs only TensorFlow."""

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
    value = tf.constant(2.0)
    expected = 2.0, 1.0
    found = (
        slope(lambda v: tf.linalg.diag([3.0, 4.0], padding_value=v), value),
        slope(lambda v: tf.linalg.diag_part(tf.ones([2, 2]), k=(0, 1), padding_value=v), value),
    )
    print("entries padded", expected)
    print("gradients     ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
