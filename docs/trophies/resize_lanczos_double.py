"""tf.image.resize(method="lanczos3") takes float64 and float16, and its gradient raises; needs only TensorFlow.

`ScaleAndTranslate`, which resizes by these kernels, takes pictures of any dtype and returns float32;
`ScaleAndTranslateGrad` takes float32 alone, and `_ScaleAndTranslateGrad` (`tensorflow/python/ops/image_grad.py`)
hands it the picture as it is. The same holds for the other kernels, such as lanczos5, gaussian and mitchellcubic,
and for `antialias=True`. Casting the picture to float32 first goes round it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(dtype: Any) -> str:
    """Return the gradient of a resized picture, or what is raised."""
    x = tf.cast([[[[1.0], [2.0]], [[3.0], [4.0]]]], dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.image.resize(x, [3, 3], method="lanczos3")
    try:
        return str(tf.reshape(tape.gradient(y, x), [-1]).numpy().round(3).tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: {error.message.splitlines()[0]}"


def main() -> str:
    """Print the gradient for each dtype, then BUG or OK; return which."""
    found = {dtype.name: slope(dtype) for dtype in (tf.float32, tf.float64, tf.float16)}
    for name, told in found.items():
        print(name, told)
    verdict = "BUG" if any("Error" in told for told in found.values()) else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
