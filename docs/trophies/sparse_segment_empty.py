"""The gradient of tf.sparse.segment_sum by no indices is whatever the memory held; needs only TensorFlow.

No row is read, so that the gradient is zero. The kernel of `SparseSegmentSumGrad` (`SparseSegmentGradOpBase` in
`tensorflow/core/kernels/segment_reduction_ops_impl.h`) allocates its result, returns at once where there are no
indices, and fills it with zeros only after that. So do those of the mean and of the sum divided by a root.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

SIZE = (64, 64)
TIMES = 50


def gradient() -> np.ndarray:
    """Return the gradient of a sum of no rows, where memory of its size was just used and given back."""
    none = tf.zeros([0], tf.int32)
    x = tf.ones(SIZE, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.sparse.segment_sum(x, none, none, num_segments=2))
    used = [tf.fill(SIZE, tf.constant(7.0, tf.float64)) for _ in range(4)]
    del used
    return np.array(tape.gradient(loss, x))


def main() -> str:
    """Print the largest entry that should be zero, then BUG or OK; return which."""
    largest = max(float(np.max(np.abs(gradient()))) for _ in range(TIMES))
    print("expected 0.0")
    print("found    ", "0.0" if largest == 0 else "something else")
    verdict = "OK" if largest == 0 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
