"""The gradient of tf.pow(z, 1.0) at a complex zero is NaN eagerly, where it is 1; needs only TensorFlow.

`_PowGrad` (`tensorflow/python/ops/math_grad.py`) takes y z^(y - 1), and the CPU's kernel says that a complex zero to
the power of zero is NaN, where it is 1 for real numbers, for XLA and for NumPy. In a tf.function the power of zero is
folded to 1 beforehand, if the exponent is known by then, and the gradient is right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(z: Any) -> Any:
    """Return the gradient of z to the power of 1."""
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.pow(z, tf.constant(1.0, z.dtype))
    return tape.gradient(y, z)


def main() -> str:
    """Print the gradient at zero in a function and eagerly, then BUG or OK; return which."""
    z = tf.constant(0.0, tf.complex128)
    print("value      ", complex(tf.pow(z, tf.constant(1.0, z.dtype))))
    print("tf.function", complex(tf.function(gradient)(z)))
    found = complex(gradient(z))
    print("eager      ", found)
    verdict = "OK" if found == 1.0 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
