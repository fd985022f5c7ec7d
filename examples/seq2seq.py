"""An encoder and a decoder of GRUs: the loss reaches the encoder through the state that is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_only_changes, assert_reaches

Tensor = Any
WORDS, WIDTH = 12, 8
SOURCE, TARGET = (
    tf.random.stateless_uniform([6, length], seed=[length, 1], minval=1, maxval=WORDS, dtype=tf.int32)
    for length in (5, 4)
)
FLOW = {
    "translation": {"encoder_*": "connected", "decoder_*": "connected"},
    "language": {"encoder_*": "independent", "decoder_*": "connected"},
}


@dataclass(frozen=True, eq=False)
class Translator:
    """Reads a sentence, hands its last state over, and writes another sentence."""

    encoder: dict[str, Any]
    decoder: dict[str, Any]
    optimizer: Any

    def variables(self, part: dict[str, Any]) -> list[Any]:
        """Return the trainable variables of all layers of a part."""
        return [variable for layer in part.values() for variable in layer.trainable_variables]

    def losses(self, source: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return the loss of the translation, and that of the decoder as a language model by itself."""
        _, state = self.encoder["gru"](self.encoder["embedding"](source))
        return {"translation": self._loss(target, state), "language": self._loss(target, tf.zeros_like(state))}

    def _loss(self, target: Tensor, state: Tensor) -> Tensor:
        before, after = target[:, :-1], target[:, 1:]
        written, _ = self.decoder["gru"](self.decoder["embedding"](before), initial_state=state)
        logits = self.decoder["words"](written)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(after, logits))

    @tf.function
    def train(self) -> None:
        """Take a step on the translation."""
        self._train("translation", self.variables(self.encoder) + self.variables(self.decoder))

    @tf.function
    def pretrain(self) -> None:
        """Take a step on the language model, which knows no source."""
        self._train("language", self.variables(self.decoder))

    def _train(self, name: str, variables: list[Any]) -> None:
        with tf.GradientTape() as tape:
            loss = self.losses(SOURCE, TARGET)[name]
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def part(name: str, *, sequences: bool) -> dict[str, Any]:
    """Return an embedding and a GRU, built."""
    gru = tf.keras.layers.GRU(WIDTH, return_sequences=sequences, return_state=True, name=f"{name}_gru")
    layers = {"embedding": tf.keras.layers.Embedding(WORDS, WIDTH, name=f"{name}_embedding"), "gru": gru}
    gru(layers["embedding"](SOURCE))
    return layers


def build() -> Translator:
    """Return a translator that has not been trained."""
    tf.keras.utils.set_random_seed(0)
    encoder, decoder = part("encoder", sequences=False), part("decoder", sequences=True)
    decoder["words"] = tf.keras.layers.Dense(WORDS, name="decoder_words")
    decoder["words"](tf.zeros([1, WIDTH]))
    model = Translator(encoder, decoder, tf.keras.optimizers.Adam(1e-3))
    # Two steps share it: a Keras optimizer knows the variables that it was built with, and no others.
    model.optimizer.build(model.variables(encoder) + model.variables(decoder))
    return model


def main() -> None:
    """Check that the state carries the gradient, for sentences of any length, and what each step moves."""
    model = build()
    sentences = [tf.TensorSpec([None, None], tf.int32)] * 2
    print(gradcheck.flow(model.losses, *sentences))
    assert_reaches(model.losses, "translation", *sentences, variables=list(model.encoder.values()))
    assert_flow(model.losses, FLOW, *sentences)
    assert_only_changes(model.pretrain, list(model.decoder.values()))
    assert_only_changes(model.train, [*model.encoder.values(), *model.decoder.values()])
    print("The translation's loss reaches the encoder through its last state; the language model's does not.")


if __name__ == "__main__":
    main()
