"""tf.clip_by_norm and its like do not bound a gradient that reads a row twice; needs only TensorFlow.

The gradient of an embedding comes as `tf.IndexedSlices`, a row twice where an id was. `tf.clip_by_norm`,
`tf.clip_by_global_norm`, `tf.linalg.global_norm` and `tf.clip_by_value` (`tensorflow/python/ops/clip_ops.py`) take
`IndexedSlices` as documented, look at `.values` alone, and never add up rows of one id. So the norm of two equal rows
is sqrt(2) times one of them where it is 2 times, and a gradient "clipped" to norm 1 has a larger one; the optimizer
adds the rows up afterwards. `tf.convert_to_tensor` before it makes the gradient dense and the bound right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

BOUND = 1.0


def gradient() -> Any:
    """Return the gradient of a loss that reads the second row of a table twice."""
    table = tf.Variable([[0.0, 0.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(tf.gather(table, [1, 1])))
    return tape.gradient(loss, table)


def norm(slices: Any) -> float:
    """Return the norm of what slices stand for."""
    return float(tf.norm(tf.convert_to_tensor(slices)))


def main() -> str:
    """Print norms and the largest entry after each way to clip, then BUG or OK; return which."""
    slices = gradient()
    told = float(tf.linalg.global_norm([slices]))
    print(f"the gradient's norm is {norm(slices):.6g}, tf.linalg.global_norm says {told:.6g}")
    clipped = norm(tf.clip_by_norm(slices, BOUND))
    together = norm(tf.clip_by_global_norm([slices], BOUND)[0][0])
    print(f"after tf.clip_by_norm to {BOUND} it is {clipped:.6g}, after tf.clip_by_global_norm {together:.6g}")
    entry = float(tf.reduce_max(tf.abs(tf.convert_to_tensor(tf.clip_by_value(slices, -BOUND, BOUND)))))
    print(f"after tf.clip_by_value to {BOUND} its largest entry is {entry:.6g}")
    right = abs(told - norm(slices)) < 1e-3 and max(clipped, together, entry) < BOUND + 1e-3
    verdict = "OK" if right else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
