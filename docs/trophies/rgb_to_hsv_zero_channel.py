"""The gradient of rgb_to_hsv drops the slope of the saturation by a channel that is zero; needs only TensorFlow.

`_RGBToHSVGrad` (`tensorflow/python/ops/image_grad.py`) multiplies all that a channel does to the saturation by
whether that channel is above zero, to avoid a division by zero that another guard avoids already. The saturation is
1 - red / blue there, and its slope along red is the same at zero as beside it.
"""

from __future__ import annotations

import tensorflow as tf


def slope(red: float) -> float:
    """Return the derivative of the saturation along red, which is -1 / blue while red is least."""
    x = tf.constant([[red, 0.4, 0.8]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        saturation = tf.image.rgb_to_hsv(x)[0, 1]
    return float(tape.gradient(saturation, x)[0, 0])


def main() -> str:
    """Print the slope beside zero and at zero, then BUG or OK; return which."""
    expected, found = slope(1e-6), slope(0.0)
    print("red = 1e-6", expected)
    print("red = 0   ", found)
    verdict = "BUG" if abs(expected - found) > 1e-3 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
