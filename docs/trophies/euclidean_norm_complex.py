"""The gradient of tf.math.reduce_euclidean_norm is wrong for a complex cotangent; needs only TensorFlow.

`_EuclideanNormGrad` (`tensorflow/python/ops/math_grad.py`) multiplies x / norm by what it is pulled by. The norm is a
real number in a complex dtype, so that the imaginary part of what it is pulled by must not count. `tf.norm`, which is
made of other operations, is right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def real_part(z: Any) -> Any:
    """Return the real part of a complex multiple of a norm."""
    return tf.math.real(tf.reduce_sum((0.3 + 0.4j) * tf.math.reduce_euclidean_norm(z)))


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
