"""Forward mode of a mean or maximum by segments is NaN where a segment is empty; needs only TensorFlow.

Forward mode differentiates the gradient function. `_SegmentMeanGrad` and `_SegmentMinOrMaxGrad`
(`tensorflow/python/ops/math_grad.py`) divide the cotangent by the number of entries, which is zero for an empty
segment. The gradient never reads that quotient; its transpose divides zero by zero. `tf.math.unsorted_segment_max`
and `unsorted_segment_min` are met too. The maximum was reported as [issue
57002](https://github.com/tensorflow/tensorflow/issues/57002).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def push(function: Any) -> list[float]:
    """Return what forward mode makes of a direction of ones."""
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.ones(3)) as accumulator:
        y = function(x, [0, 0, 2])
    return list(accumulator.jvp(y).numpy().tolist())


def main() -> str:
    """Print both, then BUG or OK; return which."""
    expected = [1.0, 0.0, 1.0]
    found = [push(f) for f in (tf.math.segment_mean, tf.math.segment_max, tf.math.segment_min)]
    print("expected      ", expected)
    print("mean, max, min", found)
    verdict = "OK" if all(tangent == expected for tangent in found) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
