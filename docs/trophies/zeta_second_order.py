"""The mixed second derivative of tf.math.zeta is incomplete, without a word; needs only TensorFlow.

The derivative by q is -x zeta(x + 1, q), and `_ZetaGrad` (`tensorflow/python/ops/math_grad.py`) computes it so. It
gives None by x, which is not implemented; so the derivative of that product by x counts its first factor alone, as
if zeta did not depend on x, and is a wrong number where None or an error would tell.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def by_q(x: Any, q: Any) -> Any:
    """Return the derivative by q."""
    with tf.GradientTape() as tape:
        tape.watch(q)
        y = tf.math.zeta(x, q)
    return tape.gradient(y, q)


def main() -> str:
    """Print the derivative by x of the derivative by q, by differences and by a tape, then BUG or OK; return which."""
    x, q, step = tf.constant(2.5, tf.float64), tf.constant(1.5, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        first = by_q(x, q)
    second = tape.gradient(first, x)
    found = None if second is None else float(second)
    expected = float(by_q(x + step, q) - by_q(x - step, q)) / (2 * step)
    print("differences", round(expected, 6))
    print("tape       ", found)
    verdict = "BUG" if found is not None and abs(found - expected) > 1e-4 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
