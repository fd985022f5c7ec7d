"""tf.linalg.lstsq gives a gradient of its regularizer for a small batch, and None for a large; needs only TensorFlow.

A small batch is composed of other operations; above 256,000 bytes tf.linalg.lstsq runs MatrixSolveLs, whose gradient
function, `_MatrixSolveLsGrad` (`tensorflow/python/ops/linalg_grad.py`), returns None for the regularizer. The value
depends on it all the same.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(batch: int) -> Any:
    """Return the gradient of the mean of equal solutions by regularised least squares."""
    x, ones = tf.constant(1.0, tf.float64), tf.ones([batch, 2, 1], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_mean(tf.linalg.lstsq(ones, ones, l2_regularizer=x))  # 2 / (2 + x)
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient of either batch, then BUG or OK; return which."""
    expected, found = gradient(1), gradient(20000)
    print("batch of 1    ", float(expected))
    print("batch of 20000", found)
    verdict = "OK" if found is not None and abs(float(found - expected)) < 1e-6 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
