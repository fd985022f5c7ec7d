"""The second derivative of tf.nn.ctc_loss with dense labels is NaN; needs only TensorFlow.

With sparse labels, the gradient is guarded by `prevent_gradient`, "so we make sure we prevent silently incorrect
results by raising an error" (`tensorflow/python/ops/ctc_ops.py`). With dense ones it is not: the gradient is made
by operations on logarithms, which are minus infinity where a path is impossible, and a tape that runs back through
them makes NaN of infinities. In a `tf.function` the same raises a LookupError, since the loops of `_scan` have no
gradient there; TensorFlow 2.15 raised one eagerly too.
"""

from __future__ import annotations

import itertools
from typing import Any

import tensorflow as tf

LOGITS = [[[0.3, 0.9, -0.4]], [[1.0, 0.2, 0.5]], [[-0.6, 0.1, 0.8]]]
LABELS = [1, 2]


def by_paths(x: Any) -> Any:
    """Return minus the logarithm of the sum over all paths that read 1, 2 once blanks and repetitions are dropped."""
    logs = tf.nn.log_softmax(x[:, 0])
    paths = [p for p in itertools.product(range(3), repeat=3) if [k for k, _ in itertools.groupby(p) if k] == LABELS]
    return -tf.reduce_logsumexp(tf.stack([tf.add_n([logs[t, k] for t, k in enumerate(p)]) for p in paths]))


def by_operation(x: Any) -> Any:
    """Return the loss of a single example."""
    return tf.nn.ctc_loss(tf.constant([LABELS]), x, [2], [3], blank_index=0)[0]


def curvature(loss: Any) -> tuple[float, float]:
    """Return the loss, and its second derivative along ones for the first label."""
    x = tf.constant(LOGITS)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = loss(x)
        slope = tf.reduce_sum(inner.gradient(y, x)[:, :, 1])
    return round(float(y), 4), round(float(tf.reduce_sum(outer.gradient(slope, x)[:, :, 1])), 4)


def main() -> str:
    """Print both for two ways to the same loss, then BUG or OK; return which."""
    print("by its paths  ", *curvature(by_paths))
    try:
        found = curvature(by_operation)
        print("tf.nn.ctc_loss", *found)
        verdict = "OK" if abs(curvature(by_paths)[1] - found[1]) < 1e-3 else "BUG"
    except LookupError as error:
        print(f"tf.nn.ctc_loss LookupError: {error}")
        verdict = "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
