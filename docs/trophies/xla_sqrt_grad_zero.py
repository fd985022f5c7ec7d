"""Under XLA, the square root of zero has the slope NaN where nothing depends on it; needs only TensorFlow.

On a CPU the kernels of SqrtGrad, RsqrtGrad and ReciprocalGrad (`tensorflow/core/kernels/cwise_ops_gradients.h`) give
zero where they are pulled by zero, whatever the slope. XLA's kernels
(`tensorflow/compiler/tf2xla/kernels/binary_ops.cc`) only multiply and divide, and zero times infinity is NaN: code
that is safe eagerly, since a `maximum` or a `where` does not choose the root, is not when it is compiled.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(**options: Any) -> Any:
    """Return the gradient of a standardised picture of one colour, whose deviation is below the least one."""

    def gradient(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.image.per_image_standardization(x) * [1.0, 2.0, 4.0])
        return tape.gradient(y, x)

    return tf.reshape(tf.function(gradient, autograph=False, **options)(tf.ones([1, 1, 3])), [-1])


def main() -> str:
    """Print the gradient without XLA and with it, then BUG or OK; return which."""
    expected, found = slope(), slope(jit_compile=True)
    print("without XLA", expected.numpy().tolist())
    print("with XLA   ", found.numpy().tolist())
    verdict = "BUG" if tf.reduce_any(tf.math.is_nan(found) != tf.math.is_nan(expected)) else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
