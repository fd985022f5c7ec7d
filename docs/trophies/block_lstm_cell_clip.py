"""The gradient of BlockLSTM passes through cells that it clips; needs only TensorFlow.

`BlockLSTM` takes `cell_clip`, "value to clip the 'cs' value to"; its gradient, `BlockLSTMGrad`, has no such
attribute, and `_block_lstm_grad` (`tensorflow/python/ops/rnn_grad.py`) cannot hand it on. So the cotangent of a
state that was clipped goes on to the inputs, though these do not move it. `tf.compat.v1.nn.rnn_cell.LSTMCell`,
which clips by `tf.clip_by_value`, has it right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

NAMES = ("x", "cs_prev", "h_prev", "w", "wci", "wcf", "wco", "b")
SHAPES = ([1, 1, 1], [1, 1], [1, 1], [2, 4], [1], [1], [1], [4])


def value(x: Any) -> Any:
    """Return the state after one step, of a cell that is clipped to 1."""
    arrays = {name: tf.fill(shape, 0.5) for name, shape in zip(NAMES, SHAPES, strict=True)} | {"cs_prev": x}
    return tf.raw_ops.BlockLSTM(seq_len_max=tf.constant(1, tf.int64), cell_clip=1.0, **arrays).cs


def main() -> str:
    """Print the slope by differences and the tape's, then BUG or OK; return which."""
    x = tf.constant([[5.0]])
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
