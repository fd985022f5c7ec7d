"""The gradient of tf.signal.irfft or irfft2d to a cropped size has another shape, or raises; needs only TensorFlow.

Documented: where the input is longer than the length asked for, it is cropped. The helper of both gradients,
`_irfft_grad_helper` (`tensorflow/python/ops/signal/fft_ops.py`), never pads the gradient back to the input's size,
and makes its mask as long as the input: it raises where the last dimension is cropped, in tf.signal.irfft as well,
and gives a gradient of another shape where only the one before is. To slice the input before the transform goes
around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of the sum of a cropped transform back."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.signal.irfft2d(x, [1, 2]))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.ones([3, 2], tf.complex64), [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    print("expected", expected)
    try:
        found = tf.math.real(gradient(x)).numpy().tolist()
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except tf.errors.InvalidArgumentError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
