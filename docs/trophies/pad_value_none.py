"""tf.pad depends on constant_values, and gives it no gradient; needs only TensorFlow."""

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
    expected = slope(lambda v: tf.concat([v[None], [3.0], v[None]], 0), value)
    found = slope(lambda v: tf.pad([3.0], [[1, 1]], constant_values=v), value)
    print("tf.concat", expected)
    print("tf.pad   ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
