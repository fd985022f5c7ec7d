"""The second derivative of tf.math.special.bessel_j1 at zero is NaN, where it is 0; needs only TensorFlow.

`_BesselJ1Grad` (`tensorflow/python/ops/math_grad.py`) chooses 1/2 at zero by a `where` beside J0(x) - J1(x) / x. The
quotient that is not chosen is 0 / 0, and its derivative times zero is NaN. Dividing by a number that is not zero
where the other branch is chosen would do; bessel_i1 has the same fault.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the derivative of the Bessel function of order 1."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.special.bessel_j1(x)
    return tape.gradient(y, x)


def main() -> str:
    """Print the second derivative at 0.0 by differences of the first and by a tape, then BUG or OK; return which."""
    x, step = tf.constant(0.0, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        first = slope(x)
    found = float(tape.gradient(first, x))
    expected = float((slope(x + step) - slope(x - step)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
