"""A VQ-VAE with a straight-through estimator: three losses, and each reaches exactly what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_only_changes, assert_reaches

Tensor = Any
IMAGES = tf.random.stateless_uniform([8, 8, 8, 1], seed=[1, 1])
CODES, WIDTH = 16, 4
FLOW = {
    "reconstruction": {"encoder*": "connected", "codebook": "blocked", "decoder*": "connected"},
    "codebook": {"encoder*": "blocked", "codebook": "connected", "decoder*": "independent"},
    "commitment": {"encoder*": "connected", "codebook": "blocked", "decoder*": "independent"},
}


@dataclass(frozen=True, eq=False)
class VqVae:
    """An autoencoder whose code is the nearest row of a codebook (van den Oord et al., 2017)."""

    encoder: Any
    codebook: tf.Variable
    decoder: Any
    optimizer: Any

    @property
    def variables(self) -> list[Any]:
        """All that is trained."""
        return [*self.encoder.variables, self.codebook, *self.decoder.variables]

    def losses(self, images: Tensor) -> dict[str, Tensor]:
        """Return what each part is trained by."""
        encoded = self.encoder(images)
        quantized = tf.gather(self.codebook, self.nearest(encoded))
        # The value of the code, and the gradient of what was encoded: tf.argmin would let none through.
        straight = encoded + tf.stop_gradient(quantized - encoded)
        return {
            "reconstruction": tf.reduce_mean(tf.square(self.decoder(straight) - images)),
            "codebook": tf.reduce_mean(tf.square(tf.stop_gradient(encoded) - quantized)),
            "commitment": tf.reduce_mean(tf.square(encoded - tf.stop_gradient(quantized))),
        }

    def nearest(self, encoded: Tensor) -> Tensor:
        """Return the index of the nearest row of the codebook."""
        distance = tf.reduce_sum(tf.square(encoded[..., tf.newaxis, :] - self.codebook), axis=-1)
        return tf.argmin(distance, axis=-1)

    @tf.function
    def train(self) -> None:
        """Take a step on the sum of all losses."""
        with tf.GradientTape() as tape:
            losses = self.losses(IMAGES)
            loss = losses["reconstruction"] + losses["codebook"] + 0.25 * losses["commitment"]
        gradients = tape.gradient(loss, self.variables)
        self.optimizer.apply_gradients(zip(gradients, self.variables, strict=True))


def build() -> VqVae:
    """Return a model that has not been trained."""
    tf.keras.utils.set_random_seed(0)
    layers = tf.keras.layers
    down = layers.Conv2D(8, 3, strides=2, padding="same", activation="elu", name="encoder_down")
    code, image = layers.Conv2D(WIDTH, 1, name="encoder_code"), layers.Conv2D(1, 1, name="decoder_image")
    up = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="elu", name="decoder_up")
    encoder = tf.keras.Sequential([tf.keras.Input([8, 8, 1]), down, code], name="encoder")
    decoder = tf.keras.Sequential([tf.keras.Input([4, 4, WIDTH]), up, image], name="decoder")
    codebook = tf.Variable(tf.random.stateless_uniform([CODES, WIDTH], seed=[2, 2], minval=-0.5), name="codebook")
    return VqVae(encoder, codebook, decoder, tf.keras.optimizers.Adam(1e-3))


def main() -> None:
    """Check each loss against each part, and that a step moves all of them."""
    model = build()
    images = tf.TensorSpec([None, 8, 8, 1])
    print(gradcheck.flow(model.losses, images))
    assert_reaches(model.losses, "reconstruction", images, variables=[model.encoder, model.decoder])
    assert_flow(model.losses, FLOW, images)
    assert_only_changes(model.train, [model.encoder, model.codebook, model.decoder])
    print("Reconstruction trains encoder and decoder, the codebook follows the encoder, and the encoder commits to it.")


if __name__ == "__main__":
    main()
