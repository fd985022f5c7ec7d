"""Reverse over forward mode of tf.math.cumulative_logsumexp gives NaN; needs only TensorFlow.

`_CumulativeLogsumexpGrad` (`tensorflow/python/ops/math_grad.py`) takes the logarithm of the positive and of the
negative part of what it is pulled by, beside a `where`. Its derivative by an entry that is zero is NaN: zero times
the infinite derivative of a logarithm that is not chosen. Forward mode, and second order through what has zeros,
differentiate by that. One of both parts is zero for every entry.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

TANGENT = tf.constant([1.0, -1.0, 0.5], tf.float64)


def pushed(x: Any) -> Any:
    """Return the derivative of the sum of logarithms of sums along a tangent, by forward mode."""
    with tf.autodiff.ForwardAccumulator(x, TANGENT) as accumulator:
        y = tf.reduce_sum(tf.math.cumulative_logsumexp(x))
    return accumulator.jvp(y)


def main() -> str:
    """Print the second derivative along the tangent by differences and by a tape, then BUG or OK; return which."""
    x, step = tf.constant([1.0, 2.0, 3.0], tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        first = pushed(x)
    found = float(tf.reduce_sum(tape.gradient(first, x) * TANGENT))
    expected = float((pushed(x + step * TANGENT) - pushed(x - step * TANGENT)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
