"""Batch normalisation: training moves weights and moving statistics, evaluation moves neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_only_changes, assert_unchanged

Tensor = Any
MEASURED = tf.random.stateless_normal([16, 12], seed=[1, 1])
KINDS = tf.random.stateless_uniform([16], seed=[2, 2], maxval=5, dtype=tf.int32)
# In validation the loss is a function of the statistics; but no tape watches them, so that nobody trains them.
FLOW = {
    "training": {
        "*hidden/*": "connected",
        "*norm/gamma": "connected",
        "*norm/beta": "connected",
        "*norm/moving*": "independent",
        "*kind/*": "connected",
    },
    "validation": {"*": "connected"},
}


@dataclass(frozen=True, eq=False)
class Classifier:
    """A small network with a batch normalisation."""

    model: Any
    optimizer: Any

    @property
    def weights(self) -> list[Any]:
        """What a gradient moves."""
        return list(self.model.trainable_variables)

    @property
    def statistics(self) -> list[Any]:
        """The moving mean and variance, which batches move as they pass, without any gradient."""
        norm = self.model.get_layer("norm")
        return [norm.moving_mean, norm.moving_variance]

    def losses(self, measured: Tensor, kinds: Tensor) -> dict[str, Tensor]:
        """Return the loss as it is in training and as it is in validation."""
        return {"training": self.training(measured, kinds), "validation": self.validation(measured, kinds)}

    def training(self, measured: Tensor, kinds: Tensor) -> Tensor:
        """Return the loss, each batch normalised by its own mean and variance."""
        return self._loss(self.model(measured, training=True), kinds)

    def validation(self, measured: Tensor, kinds: Tensor) -> Tensor:
        """Return the loss, normalised by what was seen in training."""
        return self._loss(self.model(measured, training=False), kinds)

    @tf.function
    def train(self) -> None:
        """Take a step."""
        with tf.GradientTape() as tape:
            loss = self.training(MEASURED, KINDS)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.weights), self.weights, strict=True))

    @tf.function
    def evaluate(self) -> Tensor:
        """Return the validation loss."""
        return self.validation(MEASURED, KINDS)

    def _loss(self, logits: Tensor, kinds: Tensor) -> Tensor:
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(kinds, logits))


def build() -> Classifier:
    """Return a classifier that has not been trained."""
    tf.keras.utils.set_random_seed(0)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input([12]),
            # A bias would be taken away again with the mean: the normalisation has its own.
            layers.Dense(8, use_bias=False, name="hidden"),
            layers.BatchNormalization(name="norm"),
            layers.Activation("elu"),
            layers.Dense(5, name="kind"),
        ],
        name="classifier",
    )
    return Classifier(model, tf.keras.optimizers.Adam(1e-3))


def main() -> None:
    """Check who depends on the moving statistics, and who moves them."""
    classifier = build()
    batch = tf.TensorSpec([None, 12]), tf.TensorSpec([None], tf.int32)
    print(gradcheck.flow(classifier.losses, *batch))
    assert_flow(classifier.losses, FLOW, *batch)
    assert_only_changes(classifier.train, classifier.weights + classifier.statistics)
    assert_unchanged(classifier.evaluate, classifier.model)
    print("Training moved weights by their gradient and statistics without one; evaluation left both, bit for bit.")


if __name__ == "__main__":
    main()
