"""Once called as f(x, x), a tf.function gives wrong forward-mode products of f(p, q); needs only TensorFlow.

To push tangents through a function, TensorFlow traces it once more with placeholders for the tangents
(`_TapeGradientFunctions._wrap_forward_function_with_jvps` in
`tensorflow/python/eager/polymorphic_function/concrete_function.py`). Each placeholder is a capture of the tangent
that was given, and captures are found by the tensor: where two inputs have one tangent, both are tied to the second
placeholder. The trace is kept for every later call with the same number of tangents, so that from then on the first
input's own tangent is ignored: 80 = 3 * 10 + 5 * 10. Nothing is raised. The products that an eager forward mode
computes are functions of that kind too, kept for each operation and shape: so forward mode in forward mode is wrong
eagerly for `(y * y) * y`, and even for `p * q` where `y * y` came before it anywhere in the process. Within one
tf.function around it all, nothing is traced twice and the numbers are right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def push(function: Callable[..., Any], primals: list[Any], tangents: list[Any]) -> float:
    """Return the tangent of a function of two numbers."""
    with tf.autodiff.ForwardAccumulator(primals, tangents) as accumulator:
        y = function(primals[0], primals[-1])
    return float(accumulator.jvp(y))


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
    """Print products of a function before and after it is called with one tensor twice, then BUG or OK."""
    product = tf.function(lambda a, b: a * b, autograph=False)
    fresh = tf.function(lambda a, b: a * b, autograph=False)
    numbers, tangents = [tf.constant(3.0), tf.constant(5.0)], [tf.constant(1.0), tf.constant(10.0)]
    print("a new function  ", push(fresh, numbers, tangents))
    push(product, numbers[:1], tangents[:1])
    found = push(product, numbers, tangents)
    print("after f(x, x)   ", found)
    x, one = tf.constant(2.0), tf.constant(1.0)
    print("x**6'' in graph ", float(tf.function(second, autograph=False)(power, x, one)))
    curvature = float(second(power, x, one))
    print("x**6'' eagerly  ", curvature)
    verdict = "OK" if (found, curvature) == (35.0, 480.0) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
