"""The gradient of tf.math.cumprod by a zero is 0, where it is the product of the others; needs only TensorFlow.

`_CumprodGrad` (`tensorflow/python/ops/math_grad.py`) divides by the inputs, with zero for what is divided by zero.
The second derivatives of `tf.reduce_prod`, whose gradient is made of products by cumprod, are wrong at a zero too,
and its Hessian is not symmetric there.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return 2 times x times 3."""
    return tf.math.cumprod(tf.stack([tf.constant(2.0, x.dtype), x, tf.constant(3.0, x.dtype)]))[-1]


def main() -> str:
    """Print the derivative at 0.0 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(0.0, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    found = float(tape.gradient(y, x))
    expected = float((function(x + step) - function(x - step)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if found is not None and abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
