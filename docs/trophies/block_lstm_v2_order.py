"""BlockLSTMV2 orders its gates otherwise than BlockLSTM, and has the other's gradient; needs only TensorFlow.

`BlockLSTM` orders its gates i, c, f, o, and `BlockLSTMV2` orders them i, f, c, o, as its documentation says. There
are two kernels for the gradient as well, but both operations are registered with one Python function
(`_block_lstm_grad` in `tensorflow/python/ops/rnn_grad.py`), which calls that of the first. So the gradients of the
cell's and of the forget gate's weights and biases change places.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

NAMES = ("x", "cs_prev", "h_prev", "w", "wci", "wcf", "wco", "b")
SHAPES = ([1, 1, 1], [1, 1], [1, 1], [2, 4], [1], [1], [1], [4])


def value(bias: Any) -> Any:
    """Return the state after one step."""
    arrays = {name: tf.fill(shape, 0.5) for name, shape in zip(NAMES, SHAPES, strict=True)} | {"b": bias}
    return tf.raw_ops.BlockLSTMV2(seq_len_max=tf.constant(1, tf.int64), cell_clip=0.0, **arrays).cs


def main() -> str:
    """Print the slopes along the four biases by differences and the tape's, then BUG or OK; return which."""
    bias = tf.constant([0.1, 0.2, 0.3, 0.4])
    with tf.GradientTape() as tape:
        tape.watch(bias)
        y = value(bias)
    found = tape.gradient(y, bias).numpy()
    steps = [0.1 * tf.one_hot(i, 4) for i in range(4)]
    expected = [float(tf.squeeze(value(bias + step) - value(bias - step))) / 0.2 for step in steps]
    print("by differences", [round(slope, 4) for slope in expected])
    print("by the tape   ", found.round(4).tolist())
    verdict = "BUG" if max(abs(found - expected)) > 0.01 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
