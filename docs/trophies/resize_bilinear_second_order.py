"""A bilinear resize has a gradient, and that has none: second derivatives and tangents are None; needs only TensorFlow.

`ResizeBilinearGrad`, which is linear, is registered by `ops.NotDifferentiable` (`tensorflow/python/ops/image_grad.py`),
of which the documentation says that it is not for operations with a well-defined gradient that nobody has written. So
a second derivative through a resize, as in a gradient penalty, and a tangent by forward mode, which differentiates the
gradient, are None without a word, or lack that part. TensorFlow 2.15 said so by a LookupError, as the resizes by other
methods still do.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def resize(x: Any) -> Any:
    """Return a picture made larger."""
    return tf.image.resize(x, [1, 3], method="bilinear")


def by_hand(x: Any) -> Any:
    """Return the same: the middle pixel is the mean of its neighbours."""
    left, right = x[:, :, :1], x[:, :, 1:]
    return tf.concat([left, (left + right) / 2, right], axis=2)


def derivatives(function: Any) -> tuple[str, ...]:
    """Return the second derivative of a sum of squares along ones, and the tangent for ones; or what is raised."""
    try:
        found = second(function), tangent(function)
    except LookupError as error:
        return (f"LookupError: {error}",)
    return tuple(str(None if f is None else tf.reshape(f, [-1]).numpy().tolist()) for f in found)


def second(function: Any) -> Any:
    """Return the product of the matrix of second derivatives of a sum of squares with ones."""
    x = tf.constant([[[[1.0], [2.0]]]])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(function(x) ** 2)
        gradient = inner.gradient(y, x)
    return outer.gradient(gradient, x)


def tangent(function: Any) -> Any:
    """Return the tangent of what a function gives."""
    x = tf.constant([[[[1.0], [2.0]]]])
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        y = function(x)
    return accumulator.jvp(y)


def main() -> str:
    """Print both for the formula and the operation, then BUG or OK; return which."""
    x = tf.constant([[[[1.0], [2.0]]]])
    expected, found = derivatives(by_hand), derivatives(resize)
    print("values agree   ", bool(tf.reduce_all(tf.abs(by_hand(x) - resize(x)) < 1e-6)))
    print("by its formula ", *expected)
    print("tf.image.resize", *found)
    verdict = "BUG" if "None" in found else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
