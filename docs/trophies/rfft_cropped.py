"""The gradient of tf.signal.rfft to a cropped length is wrong or raises; needs only TensorFlow.

Documented: where the input is longer than the length asked for, it is cropped. The helper of the gradients of RFFT
and RFFT2D, `_rfft_grad_helper` (`tensorflow/python/ops/signal/fft_ops.py`), never pads the gradient back to the
input's size: a length of 1 broadcasts and gives wrong numbers, others raise. To slice the input before the transform
goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of the sum of a signal's first entry."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.math.real(tf.signal.rfft(x, [1])))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([2.0, 3.0, 5.0, 7.0]), [1.0, 0.0, 0.0, 0.0]
    print("expected", expected)
    try:
        found = gradient(x).numpy().tolist()
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
