"""The gradient of avg_pool2d is wrong where a SAME window is larger than the image; needs only TensorFlow.

A window that begins in the padding is made shorter by what lies there. Then `GetBroadcastSize`
(`tensorflow/core/kernels/ops_util.cc`), which `AvgPoolGrad` asks, looks whether the whole window would reach beyond
the image, and if so takes all of the image, as if nothing had been cut off before. So the cotangent goes to more
pixels than were averaged, in smaller parts. The kernels of oneDNN, which take float32, have it right.
"""

from __future__ import annotations

import tensorflow as tf

WINDOW, SIZE = 5, 4


def main() -> str:
    """Print the gradient of the sum of all averages, and what it must be, then BUG or OK; return which."""
    x = tf.ones([1, SIZE, 1, 1], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.avg_pool2d(x, [WINDOW, 1], 1, "SAME")
    found = tf.reshape(tape.gradient(y, x), [-1])
    # Row j is in the average of row i where they are at most two rows apart.
    near = [[1.0 if abs(i - j) <= WINDOW // 2 else 0.0 for j in range(SIZE)] for i in range(SIZE)]
    expected = tf.reduce_sum([[n / sum(row) for n in row] for row in near], axis=0)
    print("expected", expected.numpy().tolist())
    print("found   ", found.numpy().tolist())
    verdict = "BUG" if tf.reduce_any(tf.abs(tf.cast(expected, tf.float64) - found) > 1e-6) else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
