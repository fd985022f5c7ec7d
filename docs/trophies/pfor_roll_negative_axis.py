"""pfor rolls along another axis where tf.roll is told a negative one; needs only TensorFlow.

`_convert_roll` in `tensorflow/python/ops/parallel_for/pfor.py` adds one to the axis, since the iterations come first.
That holds for axes counted from the front. From the end, -1 becomes 0, and the iterations themselves are rolled:
`tape.jacobian` and `tape.batch_jacobian` give a wrong matrix, and `tf.vectorized_map` a wrong value, without a word.
`tf.signal.fftshift(x, axes=-1)` is rolled that way too. `experimental_use_pfor=False` gives the right Jacobian.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def jacobian(x: Any, axis: int, *, vectorised: bool) -> Any:
    """Return the Jacobian of one roll, as a matrix."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.roll(x, 1, axis)
    found = tape.jacobian(y, x, experimental_use_pfor=vectorised)
    return tf.reshape(found, [tf.size(x), tf.size(x)]).numpy().tolist()


def main() -> str:
    """Print the Jacobians of both ways to name the last axis, by a loop and by pfor, then BUG or OK; return which."""
    verdict, x = "OK", tf.constant([[1.0, 2.0, 3.0]])
    for axis in (1, -1):
        expected, found = jacobian(x, axis, vectorised=False), jacobian(x, axis, vectorised=True)
        print(f"axis {axis} by a loop", expected)
        print(f"axis {axis} by pfor  ", found)
        verdict = verdict if found == expected else "BUG"
    print("each row rolled", tf.vectorized_map(lambda row: tf.roll(row, 1, -1), tf.eye(2)).numpy().tolist())
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
