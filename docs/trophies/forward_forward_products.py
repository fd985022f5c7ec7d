"""Eagerly, forward mode in forward mode of x**6 = (y * y) * y, y = x * x, is wrong; needs only TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def second(function: Callable[[Any], Any], x: Any, tangent: Any) -> Any:
    """Return the second derivative along a tangent, by forward mode in forward mode."""
    with tf.autodiff.ForwardAccumulator(x, tangent) as outer:
        with tf.autodiff.ForwardAccumulator(x, tangent) as inner:
            y = function(x)
        first = inner.jvp(y)
    return outer.jvp(first)


def power(x: Any) -> Any:
    """Return the sixth power."""
    y = x * x
    return (y * y) * y


def main() -> str:
    """Print the second derivative in a graph and eagerly, then BUG or OK; return which."""
    x, tangent, expected = tf.constant([1.0, 2.0]), tf.constant([1.0, 1.0]), [30.0, 480.0]
    print("expected  ", expected)
    print("in a graph", tf.function(second)(power, x, tangent).numpy().tolist())
    found = second(power, x, tangent).numpy().tolist()
    print("eagerly   ", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
