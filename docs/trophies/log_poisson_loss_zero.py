"""The gradient of tf.nn.log_poisson_loss with compute_full_loss by a target of zero is NaN; needs only TensorFlow.

The full loss adds Stirling's approximation of the logarithm of `z!`, and chooses zero in its place by `tf.where`
for targets between 0 and 1 (`tensorflow/python/ops/nn_impl.py`). The gradient runs through both, and at a target of
zero, a count like any other, the logarithm of the one that was not chosen has an infinite derivative, which times
zero is NaN. A `tf.where` around the logarithm's argument would help.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return the full loss of a target for a rate of e."""
    return tf.nn.log_poisson_loss(x, tf.ones_like(x), compute_full_loss=True)


def main() -> str:
    """Print the derivative at 0.0 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(0.0, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    found = float(tape.gradient(y, x))
    expected = float((function(x + step) - function(x)) / step)
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if found is not None and abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
