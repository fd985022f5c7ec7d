"""The gradient of tf.clip_by_global_norm at zeros is NaN, where nothing is clipped; needs only TensorFlow.

`tf.clip_by_global_norm` (`tensorflow/python/ops/clip_ops.py`) takes the smaller of 1 / norm and 1 / clip_norm. At
zero 1 / norm is infinite and not chosen, but its derivative and that of the root in the norm are infinite too, and
zero times infinity is NaN. Near zero nothing is clipped, so the gradient is 1. `tf.clip_by_norm` guards its root by a
`where`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> Any:
    """Return the gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x).numpy().tolist()


def main() -> str:
    """Print both, then BUG or OK; return which."""
    x = tf.zeros(2)
    expected = slope(lambda x: tf.clip_by_norm(x, 1.0), x)
    found = slope(lambda x: tf.clip_by_global_norm([x], 1.0)[0][0], x)
    print("clip_by_norm       ", expected)
    print("clip_by_global_norm", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
