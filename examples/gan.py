"""A GAN: the discriminator's loss never reaches the generator, and each step moves its own network alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_isolated, assert_only_changes

Tensor = Any
NOISE = tf.random.stateless_normal([16, 8], seed=[1, 1])
REAL = 1.0 + 0.5 * tf.random.stateless_normal([16, 2], seed=[2, 2])
# The generator's loss reaches the discriminator as well: what keeps that from moving is the list of variables.
FLOW = {
    "discriminator": {"discriminator*": "connected", "generator*": "blocked"},
    "generator": {"discriminator*": "connected", "generator*": "connected"},
}


@dataclass(frozen=True, eq=False)
class Gan:
    """Two networks that play against each other, each with its own optimizer."""

    generator: Any
    discriminator: Any
    optimizers: dict[str, Any]

    def losses(self, noise: Tensor, real: Tensor) -> dict[str, Tensor]:
        """Return what each network makes small."""
        entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
        fake = self.generator(noise)
        # The discriminator learns from the fakes, and does not teach the generator to be found out.
        on_real, on_fake = self.discriminator(real), self.discriminator(tf.stop_gradient(fake))
        found_out = entropy(tf.ones_like(on_real), on_real) + entropy(tf.zeros_like(on_fake), on_fake)
        believed = self.discriminator(fake)
        return {"discriminator": found_out, "generator": entropy(tf.ones_like(believed), believed)}

    @tf.function
    def train_discriminator(self) -> None:
        """Take a step that moves the discriminator."""
        self._train("discriminator", self.discriminator.trainable_variables)

    @tf.function
    def train_generator(self) -> None:
        """Take a step that moves the generator; its gradient passes through the discriminator, which stays."""
        self._train("generator", self.generator.trainable_variables)

    def _train(self, name: str, variables: list[Any]) -> None:
        with tf.GradientTape() as tape:
            loss = self.losses(NOISE, REAL)[name]
        self.optimizers[name].apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def network(name: str, inputs: int, outputs: int) -> Any:
    """Return two dense layers."""
    layers = [
        tf.keras.layers.Dense(16, name=f"{name}_hidden"),
        tf.keras.layers.LeakyReLU(0.2),
        tf.keras.layers.Dense(outputs, name=f"{name}_output"),
    ]
    return tf.keras.Sequential([tf.keras.Input([inputs]), *layers], name=name)


def build() -> Gan:
    """Return a GAN that has not been trained."""
    tf.keras.utils.set_random_seed(0)
    generator, discriminator = network("generator", 8, 2), network("discriminator", 2, 1)
    optimizers = {name: tf.keras.optimizers.Adam(1e-3) for name in ("generator", "discriminator")}
    return Gan(generator, discriminator, optimizers)


def main() -> None:
    """Check which loss reaches which network, for batches of any size, and what each step moves."""
    gan = build()
    batch = tf.TensorSpec([None, 8]), tf.TensorSpec([None, 2])
    print(gradcheck.flow(gan.losses, *batch))
    assert_isolated(gan.losses, "discriminator", *batch, from_=gan.generator)
    assert_flow(gan.losses, FLOW, *batch)
    assert_only_changes(gan.train_discriminator, gan.discriminator)
    assert_only_changes(gan.train_generator, gan.generator)
    print("The discriminator's loss never reaches the generator; each step moved its own network alone.")


if __name__ == "__main__":
    main()
