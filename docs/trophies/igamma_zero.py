"""The gradient of tf.math.igamma(1.0, x) at x = 0 is NaN, where it is 1 to the right; needs only TensorFlow.

`_IgammaGrad` (`tensorflow/python/ops/math_grad.py`) takes exp(-x + (a - 1) log(x) - lgamma(a)), of which (a - 1)
log(x) is 0 times infinity for a = 1 and x = 0. `tf.math.xlogy` gives zero there, which is right: igamma(1, x) is 1 -
exp(-x).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return 1 - exp(-x)."""
    return tf.math.igamma(tf.constant(1.0, x.dtype), x)


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
