"""The second derivative of tf.nn.convolution raises eagerly where data_format is left out; needs only TensorFlow.

`tf.nn.convolution` hands `data_format=None` on to `Conv2D`. Eagerly the tape keeps the attribute as it was given,
and gradient functions of the second order, such as `_Conv2DBackpropFilterGrad`
(`tensorflow/python/ops/nn_grad.py`), decode it: None has no `decode`. With `data_format="NHWC"`, and inside a
`tf.function`, it works.
"""

from __future__ import annotations

import tensorflow as tf


def curvature(**options: str) -> str:
    """Return the second derivative by a filter, or what is raised."""
    x, kernel = tf.ones([1, 3, 3, 1]), tf.ones([1, 1, 1, 1])
    with tf.GradientTape() as outer:
        outer.watch(kernel)
        with tf.GradientTape() as inner:
            inner.watch(kernel)
            loss = tf.reduce_sum(tf.nn.convolution(x, kernel, **options) ** 2)
        gradient = inner.gradient(loss, kernel)
    try:
        return str(float(tf.squeeze(outer.gradient(gradient, kernel))))
    except AttributeError as error:
        return f"AttributeError: {error}"


def main() -> str:
    """Print both, then BUG or OK; return which."""
    expected, found = curvature(data_format="NHWC"), curvature()
    print("data_format='NHWC'", expected)
    print("the default       ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
