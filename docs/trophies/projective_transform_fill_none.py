"""A projective transform has no gradient by its fill value, nor by the transform; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def main() -> str:
    """Print slopes by differences and the tape's, then BUG or OK; return which."""

    def value(fill: Any, transforms: Any) -> Any:
        x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
        y = tf.raw_ops.ImageProjectiveTransformV3(
            images=x, transforms=transforms, output_shape=[4, 4], fill_value=fill, interpolation="BILINEAR"
        )
        return tf.reduce_sum(y)

    at = [tf.constant(1.0), tf.constant([[1.0, 0.0, 1.3, 0.0, 1.0, 0.0, 0.0, 0.0]])]
    with tf.GradientTape() as tape:
        tape.watch(at)
        y = value(*at)
    found = tape.gradient(y, at)
    by_fill = float(value(at[0] + 1.0, at[1]) - value(at[0] - 1.0, at[1])) / 2
    step = 0.1 * tf.one_hot([2], 8)
    by_shift = float(value(at[0], at[1] + step) - value(at[0], at[1] - step)) / 0.2
    print("by fill_value: differences", by_fill, "tape", found[0])
    print("by transforms: differences", by_shift, "tape", found[1])
    verdict = "BUG" if any(g is None for g in found) and abs(by_fill) > 0.1 and abs(by_shift) > 0.1 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
