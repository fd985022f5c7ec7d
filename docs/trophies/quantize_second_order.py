"""Second order through tf.quantization.quantize_and_dequantize_v2 raises a TypeError; needs only TensorFlow.

The gradient of the operation QuantizeAndDequantizeV4Grad, `_QuantizeAndDequantizeV4GradGrad`
(`tensorflow/python/ops/array_ops.py`), is written as a function of one cotangent; the operation has three outputs, so
it is called with three and raises. Forward mode, which differentiates the gradient, raises as well.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the second derivative of the square of values that are quantised."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0, range_given=True) ** 2)
        first = tape.gradient(loss, x)
    return outer.gradient(first, x)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([0.5, -2.0]), [2.0, 0.0]
    print("expected", expected)
    try:
        found = gradient(x).numpy().tolist()
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except TypeError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
