"""In training, the mean that a fused batch normalisation returns has the gradient zero; needs only TensorFlow.

`_BaseFusedBatchNormGrad` (`tensorflow/python/ops/nn_grad.py`) takes `grad[0]`, the cotangent of the normalised
batch, and drops those of the mean and of the variance that the operation returns beside it. So a penalty on these
statistics has the gradient zero, without a word; `tf.nn.moments` has one.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def mean(x: Any) -> Any:
    """Return the mean of the batch, the second output."""
    return tf.compat.v1.nn.fused_batch_norm(x, scale=[1.0], offset=[0.0])[1]


def main() -> str:
    """Print the slope by differences and the tape's, then BUG or OK; return which."""
    x = tf.reshape(tf.range(4.0), [4, 1, 1, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = mean(x)
    found = float(tf.reduce_sum(tape.gradient(y, x)))
    expected = float(mean(x + 0.5)[0] - mean(x - 0.5)[0])
    print("by differences", expected)
    print("by the tape   ", found)
    verdict = "BUG" if abs(expected - found) > 1e-3 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
