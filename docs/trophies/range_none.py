"""tf.range depends on its start and step, and gives them no gradient; needs only TensorFlow."""

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
    x = tf.constant(2.0)
    steps = tf.constant([0.0, 1.0, 2.0])
    expected = slope(lambda start: start + steps, x), slope(lambda step: step * steps, x)
    found = slope(lambda start: tf.range(start, 5.0), x), slope(lambda step: tf.range(0.0, 5.0, step), x)
    print("start and step by hand", expected)
    print("tf.range              ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
