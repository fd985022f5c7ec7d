"""tf.image.resize(method="bicubic") of float16 has the gradient None; needs only TensorFlow.

`_ResizeBicubicGrad` (`tensorflow/python/ops/image_grad.py`) gives None for all but float32 and float64, as is right
for integers, and forgets the narrow floating dtypes that the operation takes. Casting the picture to float32 first
goes round it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(dtype: Any) -> Any:
    """Return the gradient of a resized picture."""
    x = tf.cast([[[[1.0], [2.0]], [[3.0], [4.0]]]], dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.image.resize(x, [3, 3], method="bicubic")
    return tape.gradient(y, x)


def main() -> str:
    """Print the gradient for each dtype, then BUG or OK; return which."""
    expected, found = slope(tf.float32), slope(tf.float16)
    print("float32", tf.reshape(expected, [-1]).numpy().tolist())
    print("float16", found if found is None else tf.reshape(found, [-1]).numpy().tolist())
    verdict = "BUG" if found is None else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
