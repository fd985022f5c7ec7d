"""The gradient of tf.math.betainc(a, b, x) by a, and by b, is None; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return the regularised incomplete beta function of a at b = 2, x = 0.4."""
    return tf.math.betainc(x, tf.constant(2.0, x.dtype), tf.constant(0.4, x.dtype))


def main() -> str:
    """Print the derivative at 1.5 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(1.5, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    found = tape.gradient(y, x)
    expected = float((function(x + step) - function(x - step)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if found is not None and abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
