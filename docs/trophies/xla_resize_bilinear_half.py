"""Under XLA, the gradient of a bilinear resize of float16 or bfloat16 is made of other bits; needs only TensorFlow.

`ResizeBilinearGrad` takes a cotangent of float32 and returns the dtype of the picture. XLA's kernel returns the
float32 as it is, and its bytes are read as numbers of that dtype: 4.0 is 0x40800000, which as two of float16 is 0.0
and 2.25. Of float64, two of them are read as one, 512.0001, and half of the gradient lies behind the end of what
was written.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(dtype: Any, **options: Any) -> Any:
    """Return the gradient of a picture made larger."""

    def gradient(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.image.resize(x, [4, 4], method="bilinear")
        return tape.gradient(y, x)

    found = tf.function(gradient, autograph=False, **options)(tf.ones([1, 2, 2, 1], dtype))
    return tf.cast(tf.reshape(found, [-1]), tf.float32).numpy()


def main() -> str:
    """Print the gradient of each dtype, without XLA and with it, then BUG or OK; return which."""
    verdict = "OK"
    for dtype in (tf.float32, tf.float16, tf.bfloat16):
        expected, found = slope(dtype), slope(dtype, jit_compile=True)
        print(dtype.name, "without", expected.tolist(), "with XLA", found.tolist())
        verdict = "OK" if verdict == "OK" and abs(expected - found).max() < 0.1 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
