"""Two tasks on a frozen backbone in Keras: each loss trains its own head, and fitting leaves the backbone as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_only_changes, assert_unchanged

Tensor = Any
IMAGES = tf.random.stateless_uniform([16, 8, 8, 3], seed=[1, 1])
KINDS = tf.random.stateless_uniform([16], seed=[2, 2], maxval=5, dtype=tf.int32)
AGES = tf.random.stateless_uniform([16, 1], seed=[3, 3])
# Frozen says that nobody trains the backbone: the gradient by it is there all the same.
FLOW = {
    "kind": {"backbone*": "connected", "kind/*": "connected", "age/*": "independent"},
    "age": {"backbone*": "connected", "kind/*": "independent", "age/*": "connected"},
}


@dataclass(frozen=True, eq=False)
class TwoTasks:
    """A model of images with two outputs, ``kind`` and ``age``."""

    backbone: Any
    model: Any

    def losses(self, images: Tensor, kinds: Tensor, ages: Tensor) -> dict[str, Tensor]:
        """Return the loss of each task."""
        kind, age = self.model(images, training=True)
        entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return {"kind": entropy(kinds, kind), "age": tf.reduce_mean(tf.square(age - ages))}

    def fit(self) -> None:
        """Take one training step, the way Keras does."""
        self.model.train_on_batch(IMAGES, [KINDS, AGES])

    def head(self, name: str) -> list[Any]:
        """Return the variables of a task's own layer."""
        return list(self.model.get_layer(name).variables)


def build() -> TwoTasks:
    """Return the compiled model, its backbone frozen."""
    tf.keras.utils.set_random_seed(0)
    layers = tf.keras.layers
    backbone = tf.keras.Sequential(
        [
            tf.keras.Input([8, 8, 3]),
            layers.Conv2D(8, 3, activation="elu", name="backbone_conv"),
            layers.GlobalAveragePooling2D(),
            layers.BatchNormalization(name="backbone_norm"),
        ],
        name="backbone",
    )
    # Before compile and the first step: Keras does not look again. Frozen, the batch normalisation infers as well.
    backbone.trainable = False
    images = tf.keras.Input([8, 8, 3])
    features = backbone(images)
    kind = layers.Dense(5, name="kind")(features)
    age = layers.Dense(1, name="age")(features)
    model = tf.keras.Model(images, [kind, age])
    entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.Adam(1e-3), loss=[entropy, "mse"])
    return TwoTasks(backbone, model)


def main() -> None:
    """Check that the tasks keep apart, and what fitting moves."""
    tasks = build()
    batch = tf.TensorSpec([None, 8, 8, 3]), tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, 1])
    print(gradcheck.flow(tasks.losses, *batch))
    assert_unchanged(tasks.fit, tasks.backbone)
    assert_flow(tasks.losses, FLOW, *batch)
    assert_only_changes(tasks.fit, [tasks.model.get_layer("kind"), tasks.model.get_layer("age")])
    print("Each task trains its own head; the backbone is, bit for bit, what it was.")


if __name__ == "__main__":
    main()
