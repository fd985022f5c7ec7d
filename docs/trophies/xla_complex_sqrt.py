"""The gradient of a complex square root is another one under XLA, which forgets to conjugate; needs only TensorFlow.

XLA's kernel of SqrtGrad (`tensorflow/compiler/tf2xla/kernels/binary_ops.cc`) computes dy / (2 y), where the gradient
of a complex function is dy / conj(2 y), which is what the CPU's kernel computes. Its RsqrtGrad and ReciprocalGrad
lack the conjugate as well, so `tf.math.rsqrt` and `tf.math.reciprocal` are wrong in the same way. `tf.pow(z, 0.5)`
has the right gradient both ways.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def differentiate(z: Any) -> Any:
    """Return the gradient of the square root, pulled by one."""
    with tf.GradientTape() as tape:
        tape.watch(z)
        root = tf.sqrt(z)
    return tape.gradient(root, z, output_gradients=tf.ones_like(root))


def main() -> str:
    """Print both gradients, then BUG or OK; return which."""
    z = tf.constant([1.0 + 2.0j], tf.complex128)
    eager = differentiate(z)
    compiled = tf.function(differentiate, jit_compile=True)(z)
    print("eager", eager.numpy(), " XLA", compiled.numpy())
    verdict = "BUG" if float(tf.reduce_max(tf.abs(eager - compiled))) > 1e-9 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
