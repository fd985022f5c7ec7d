"""ScaleAndTranslate has no gradient by scale and translation, though it depends on them; needs only TensorFlow."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

X = tf.reshape(tf.range(9.0) ** 2, [1, 3, 3, 1])


def value(translation: Any) -> Any:
    """Return the sum of a picture that is moved."""
    y = tf.raw_ops.ScaleAndTranslate(
        images=X, size=[3, 3], scale=[1.0, 1.0], translation=translation, kernel_type="triangle", antialias=False
    )
    return tf.reduce_sum(y)


def main() -> str:
    """Print the slope by differences and the tape's, then BUG or OK; return which."""
    at = tf.constant([0.2, 0.3])
    with tf.GradientTape() as tape:
        tape.watch(at)
        y = value(at)
    found = tape.gradient(y, at)
    step = tf.constant([0.05, 0.0])
    expected = float(value(at + step) - value(at - step)) / 0.1
    print("by differences", expected)
    print("by the tape   ", found if found is None else float(found[0]))
    verdict = "BUG" if found is None and abs(expected) > 1.0 else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
