"""The second derivative of tf.math.special.spence at 1 is NaN, where it is 1/2; needs only TensorFlow.

`_SpenceGrad` (`tensorflow/python/ops/math_grad.py`) chooses -1 at one by a `where` beside log(x) / (1 - x). The
derivative of the quotient that is not chosen is NaN in reverse mode; in forward mode it is left out, and the second
derivative is 0.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the derivative of Spence's function."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.special.spence(x)
    return tape.gradient(y, x)


def main() -> str:
    """Print the second derivative at 1.0 by differences of the first and by a tape, then BUG or OK; return which."""
    x, step = tf.constant(1.0, tf.float64), 1e-5
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
