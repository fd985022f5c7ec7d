"""Keras' moving average overwrites variables that no gradient was applied to; needs only TensorFlow."""

from __future__ import annotations

import tensorflow as tf


def main() -> str:
    """Print what came of it, then BUG or OK; return which."""
    trained, left_out = tf.Variable([1.0]), tf.Variable([1.0])
    options = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}
    optimizer = tf.keras.optimizers.SGD(0.1, **options)
    for _ in range(3):
        optimizer.apply_gradients([(tf.ones(1), trained), (tf.ones(1), left_out)])
    before = left_out.numpy()
    print("before        ", before)
    optimizer.apply_gradients([(tf.ones(1), trained)])
    after = left_out.numpy()
    print("after one step", after, "that was given no gradient for it")
    verdict = "OK" if (before == after).all() else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
