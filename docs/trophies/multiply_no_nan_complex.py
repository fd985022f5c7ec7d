"""The gradient of tf.math.multiply_no_nan of complex numbers lacks a conjugate; needs only TensorFlow.

`_MulNoNanGrad` (`tensorflow/python/ops/math_grad.py`) multiplies by the other factor, where the gradient of a complex
function needs its conjugate, as `_MulGrad` takes it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def real_part(z: Any) -> Any:
    """Return the real part of a complex multiple of a product."""
    return tf.math.real(tf.reduce_sum((0.3 + 0.4j) * tf.math.multiply_no_nan(z, tf.constant(0.6 - 0.8j, z.dtype))))


def main() -> str:
    """Print the gradient by differences and by the tape, then BUG or OK; return which."""
    z, step = tf.constant(1.2 + 0.5j, tf.complex128), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = real_part(z)
    found = complex(tape.gradient(loss, z))
    # TensorFlow's gradient of a real loss is its slope along 1, plus i times its slope along i.
    expected = sum(d * float((real_part(z + step * d) - real_part(z - step * d)) / (2 * step)) for d in (1, 1j))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
