"""The gradient of tf.image.ssim_multiscale is NaN where two pictures' contrasts are opposite; needs only TensorFlow.

There the similarity is zero, and stays zero when a pixel moves a little: the gradient is zero. `ssim_multiscale`
(`tensorflow/python/ops/image_ops_impl.py`) cuts negative contrasts off by a relu and raises them to a power below 1.
The derivative of the power is infinite at zero, the relu's is zero, and their product is NaN.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

POWERS = (0.6, 0.4)


def similarity(x: tf.Tensor) -> tf.Tensor:
    """Return how alike a picture and its negative are."""
    return tf.image.ssim_multiscale(x, 1.0 - x, 1.0, power_factors=POWERS, filter_size=2)


def main() -> str:
    """Print the similarity nearby and its gradient, then BUG or OK; return which."""
    x = tf.constant(np.linspace(0.2, 0.7, 16, dtype=np.float32).reshape(1, 4, 4, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = similarity(x)
    found = np.array(tape.gradient(value, x)).ravel()[:4]
    print("similarity, also nearby", float(value[0]), float(similarity(x * 1.01)[0]))
    print("gradient               ", found.tolist())
    verdict = "OK" if np.all(np.isfinite(found)) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
