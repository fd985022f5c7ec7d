"""The gradient of tf.nn.silu by a beta that is no scalar is a scalar; needs only TensorFlow.

`swish_impl` (`tensorflow/python/ops/nn_impl.py`) sums the gradient by `beta` over everything, though `beta` may be
a tensor that is broadcast, such as one number for each feature. So the gradient has another shape than its input;
in a function it raises. `x * tf.sigmoid(beta * x)` has it right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

X = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def slope(silu: Any) -> Any:
    """Return the gradient by a beta for each feature."""
    beta = tf.constant([1.0, 2.0, 0.5])
    with tf.GradientTape() as tape:
        tape.watch(beta)
        y = silu(tf.constant(X), beta)
    return tape.gradient(y, beta)


def main() -> str:
    """Print the gradient of the formula and of the function, then BUG or OK; return which."""
    expected = slope(lambda x, beta: x * tf.sigmoid(beta * x))
    found = slope(tf.nn.silu)
    print("x * sigmoid(beta * x)", expected.numpy().tolist())
    print("tf.nn.silu(x, beta)  ", found.numpy().tolist())
    verdict = "OK" if expected.shape == found.shape else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
