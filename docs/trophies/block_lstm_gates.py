"""The gates that BlockLSTM returns have the gradient zero, though they depend on its inputs; needs only TensorFlow.

`_block_lstm_grad` (`tensorflow/python/ops/rnn_grad.py`) takes the cotangents of `cs` and `h` alone and drops the
other five, so that a loss of the gates has the gradient zero, without a word.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

NAMES = ("x", "cs_prev", "h_prev", "w", "wci", "wcf", "wco", "b")
SHAPES = ([1, 1, 1], [1, 1], [1, 1], [2, 4], [1], [1], [1], [4])


def value(x: Any) -> Any:
    """Return the input gate, the first output, of one step."""
    arrays = {name: tf.fill(shape, 0.5) for name, shape in zip(NAMES, SHAPES, strict=True)} | {"x": x}
    return tf.raw_ops.BlockLSTM(seq_len_max=tf.constant(1, tf.int64), cell_clip=0.0, **arrays).i


def main() -> str:
    """Print the slope by differences and the tape's, then BUG or OK; return which."""
    x = tf.ones([1, 1, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = value(x)
    found = float(tf.squeeze(tape.gradient(y, x)))
    expected = float(tf.squeeze(value(x + 0.1) - value(x - 0.1))) / 0.2
    print("by differences", expected)
    print("by the tape   ", found)
    verdict = "BUG" if abs(expected - found) > 0.01 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
