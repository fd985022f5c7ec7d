"""The gradient of tf.math.special.bessel_i1 at zero is 1, where it is 1/2; needs only TensorFlow.

`_BesselI1Grad` (`tensorflow/python/ops/math_grad.py`) writes the value at zero by hand, where its formula I0(x) -
I1(x) / x is 0 / 0, and writes 1; I1(x) is x / 2 near zero, so it is 1/2, as its neighbours `_BesselI1eGrad` and
`_BesselJ1Grad` have it. The second derivative of bessel_i0 at zero, which is that value, is wrong with it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return the modified Bessel function of order 1."""
    return tf.math.special.bessel_i1(x)


def main() -> str:
    """Print the derivative at 0.0 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(0.0, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    found = float(tape.gradient(y, x))
    expected = float((function(x + step) - function(x - step)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if found is not None and abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
