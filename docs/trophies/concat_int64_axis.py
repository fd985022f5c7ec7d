"""The gradient of tf.concat along an axis of int64 raises in a tf.function and forward mode; needs only TensorFlow.

`_ConcatGradHelper` (`tensorflow/python/ops/array_grad.py`) takes the axis modulo `array_ops.rank`, which is int32,
and does not cast. Eagerly it reads the axis as a Python number instead; forward mode traces the gradient function,
so that it raises there too. An axis that is a NumPy number, `np.int64(0)`, is enough. A Python number is int32, and
works.
"""

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
