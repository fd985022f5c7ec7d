"""max_pool2d with explicit padding has a gradient, and that has none: it raises; needs only TensorFlow.

`_MaxPoolGradGrad` (`tensorflow/python/ops/nn_grad.py`) makes a `MaxPoolGradGrad` with the padding of the operation,
which may be EXPLICIT, an attribute that `MaxPoolGradGrad` does not take. Padding by `tf.pad` first, with values
below all others, goes round it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

X = tf.reshape(tf.range(4.0) + 1.0, [1, 2, 2, 1])


def curvature(x: Any, padding: Any) -> str:
    """Return twice the derivative of a sum of squares, or what is raised."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            loss = tf.reduce_sum(tf.nn.max_pool2d(x, ksize=2, strides=1, padding=padding) ** 2)
        gradient = inner.gradient(loss, x)
    try:
        return str(tf.reshape(outer.gradient(gradient, x), [-1]).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: {error.message.splitlines()[0]}"


def main() -> str:
    """Print what the same padding gives by two names, then BUG or OK; return which."""
    expected = curvature(X, "SAME")
    found = curvature(X, [[0, 0], [0, 1], [0, 1], [0, 0]])
    print("SAME    ", expected)
    print("explicit", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
