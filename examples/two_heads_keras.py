"""Two heads in a Keras model: the embedding and head 1 are frozen for loss2 by a gradient that stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from gradcheck import assert_step

IDS = np.array([0, 2, 2, 4])
LABELS = (np.array([0, 3, 1, 2]), np.array([4, 0, 2, 1]))


def build() -> tuple[Any, Callable[[], None]]:
    """Return the compiled model and a function that takes one training step."""
    tf.keras.utils.set_random_seed(0)
    ids = tf.keras.Input([], dtype="int32")
    embedded = tf.keras.layers.Embedding(5, 3, name="embedding", trainable=False)(ids)
    output1 = tf.keras.layers.Dense(4, use_bias=False, name="head1")(embedded)
    # The joint loss needs no lists: where the gradient stops, loss2 cannot reach head 1.
    stopped = tf.keras.layers.Lambda(tf.stop_gradient, output_shape=(4,), name="stop")(output1)
    output2 = tf.keras.layers.Dense(5, use_bias=False, name="head2")(stopped)
    model = tf.keras.Model(ids, [output1, output2])
    entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.Adam(0.01), [entropy, entropy])
    return model, lambda: model.train_on_batch(IDS, list(LABELS))


def main() -> None:
    """Train, and check what moved; then that loss2 alone leaves head 1 as it was."""
    model, step = build()
    embedding, head1, head2 = model.weights
    assert_step(step, changes=[head1, head2], leaves=[embedding], steps=3)
    entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.SGD(0.01), [entropy, entropy], loss_weights=[0.0, 1.0])
    assert_step(step, changes=[head2], leaves=[embedding, head1], steps=3)
    print("Both heads moved, loss2 left head 1 alone; the embedding is, bit for bit, what it was.")


if __name__ == "__main__":
    main()
