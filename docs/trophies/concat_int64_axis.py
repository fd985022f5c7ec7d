"""The gradient of tf.concat along an axis of int64 raises in a tf.function and forward mode; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of both parts."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.concat([x, 2.0 * x], tf.constant(0, tf.int64))
    return tape.gradient(y, x)


def main() -> str:
    """Print both, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    expected = str(slope(x).numpy().tolist())
    try:
        found = str(tf.function(slope, autograph=False)(x).numpy().tolist())
    except TypeError as error:
        found = f"TypeError: {error}"
    print("eagerly   ", expected)
    print("in a graph", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
