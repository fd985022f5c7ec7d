"""tape.jacobian of tf.sparse.segment_sum with num_segments has entries in wrong places; needs only TensorFlow.

pfor turns a batch of gradients into one `SparseSegmentSumGrad` with the ids of each gradient moved on by a number of
segments (`_convert_sparse_segment_grad` in `tensorflow/python/ops/parallel_for/pfor.py`). It takes the largest id for
that number. Where the last segments are empty, the incoming gradient has more rows than that, and all but the first are
read from the wrong place. `tf.sparse.segment_mean` and `segment_sqrt_n` go the same way.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def jacobian(*, pfor: bool) -> np.ndarray:
    """Return the Jacobian of sums of rows, of which the last is empty."""
    x = tf.constant([[1.0], [2.0]])
    with tf.GradientTape(persistent=not pfor) as tape:
        tape.watch(x)
        sums = tf.sparse.segment_sum(x, [1, 0], [0, 1], num_segments=3)
    return np.array(tape.jacobian(sums, x, experimental_use_pfor=pfor))[:, 0, :, 0]


def main() -> str:
    """Print the Jacobian in a loop and by pfor, then BUG or OK; return which."""
    expected, found = jacobian(pfor=False), jacobian(pfor=True)
    print("in a loop", expected.tolist())
    print("by pfor  ", found.tolist())
    verdict = "OK" if np.array_equal(expected, found) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
