"""The second derivative of the variance that tf.nn.moments gives is wrong; needs only TensorFlow.

`tf.nn.moments` computes the variance around `stop_gradient(mean)` (`tensorflow/python/ops/nn_impl.py`). The mean's
part of the first derivative is zero, so nothing is missed there; that part of the second derivative is not, and is
lost. It reaches all that normalises by `tf.nn.moments`, such as Keras's LayerNormalization, under gradient
penalties and in Hessians. `tf.math.reduce_variance` has it right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def curvature(variance: Any) -> Any:
    """Return the matrix of second derivatives at a point."""
    x = tf.constant([1.0, 2.0, 4.0], tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = variance(x)
        gradient = inner.gradient(y, x)
    return outer.jacobian(gradient, x)


def main() -> str:
    """Print what two ways to a variance give, then BUG or OK; return which."""
    expected = curvature(tf.math.reduce_variance)
    found = curvature(lambda x: tf.nn.moments(x, axes=[0])[1])
    print("tf.math.reduce_variance", expected.numpy().round(4).tolist())
    print("tf.nn.moments          ", found.numpy().round(4).tolist())
    verdict = "BUG" if tf.reduce_any(tf.abs(expected - found) > 1e-9) else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
