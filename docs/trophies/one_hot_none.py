"""tf.one_hot depends on on_value and off_value, and gives them no gradient; needs only TensorFlow."""

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
    mask = tf.one_hot([1, 0], 3)
    expected = slope(lambda on: on * mask, x), slope(lambda off: off * (1.0 - mask), x)
    found = slope(lambda on: tf.one_hot([1, 0], 3, on, 0.0), x), slope(lambda off: tf.one_hot([1, 0], 3, 1.0, off), x)
    print("by hand   ", expected)
    print("tf.one_hot", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
