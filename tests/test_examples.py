"""The examples run, say what they show, and would notice if it were not so."""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradcheck import LawBroken, assert_step

# Keras 2 draws from a range whose end is a float.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange:DeprecationWarning")
FOLDER = Path(__file__).parent.parent / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))
TWO_HEADS = sorted(FOLDER.glob("two_heads_*.py"))


@dataclass(frozen=True)
class Lie:
    """A mistake that people make in such a model: what stands there instead, and what the example then says."""

    example: str
    mistake: str
    right: str
    wrong: str
    says: str


LIES = [
    Lie(
        "gan",
        "the fakes are not stopped",
        "tf.stop_gradient(fake)",
        "fake",
        "discriminator leaks into .*generator_hidden",
    ),
    Lie(
        "gan",
        "the generator's step moves the discriminator",
        "self.generator.trainable_variables",
        "self.generator.trainable_variables + self.discriminator.trainable_variables",
        "train_step changes what it must not: .*discriminator_hidden/kernel",
    ),
    Lie(
        "gan",
        "the generator learns nothing from the discriminator",
        "believed = self.discriminator(fake)",
        "believed = self.discriminator(tf.stop_gradient(fake))",
        "generator_hidden/kernel.* x blocked, expected connected",
    ),
    Lie(
        "actor_critic",
        "the goal is not stopped",
        "tf.stop_gradient(reward + 0.99 * future)",
        "reward + 0.99 * future",
        "critic leaks into .*target_actor_hidden/kernel, .* target_critic",
    ),
    Lie(
        "actor_critic",
        "the goal is the critic's own",
        "future = self.target_critic(",
        "future = self.critic(",
        "target_critic_hidden/kernel .* x unused, expected blocked",
    ),
    Lie(
        "actor_critic",
        "the actor's step flatters itself by moving the critic",
        "self.actor.trainable_variables",
        "self.actor.trainable_variables + self.critic.trainable_variables",
        "train_step changes what it must not: .*critic_",
    ),
    Lie(
        "actor_critic",
        "the networks follow their targets",
        "slow.assign(0.99 * slow + 0.01 * fast)",
        "fast.assign(0.99 * fast + 0.01 * slow)",
        "train_step does not change what it must: .*target_actor_hidden/kernel",
    ),
    Lie(
        "vq_vae",
        "no straight-through estimator",
        "encoded + tf.stop_gradient(quantized - encoded)",
        "quantized",
        "reconstruction does not reach .*encoder_down/kernel",
    ),
    Lie(
        "vq_vae",
        "the straight-through estimator stops too little",
        "encoded + tf.stop_gradient(quantized - encoded)",
        "encoded + (quantized - tf.stop_gradient(encoded))",
        "codebook .* x connected, expected blocked",
    ),
    Lie(
        "vq_vae",
        "the commitment moves the codebook",
        "encoded - tf.stop_gradient(quantized)",
        "encoded - quantized",
        "codebook .* x connected, expected blocked",
    ),
    Lie(
        "vq_vae",
        "the codebook moves the encoder",
        "tf.stop_gradient(encoded) - quantized",
        "encoded - quantized",
        "encoder_down/kernel .* x connected, expected blocked",
    ),
    Lie(
        "vq_vae",
        "the codebook is not in the optimizer's list",
        "[*self.encoder.variables, self.codebook, *self.decoder.variables]",
        "[*self.encoder.variables, *self.decoder.variables]",
        "train_step does not change what it must: codebook",
    ),
    Lie(
        "byol",
        "the target is not stopped",
        "tf.stop_gradient(tf.math.l2_normalize(self.target(hidden), axis=-1))",
        "tf.math.l2_normalize(self.target(hidden), axis=-1)",
        "one leaks into .*target_hidden/kernel",
    ),
    Lie(
        "byol",
        "the target never follows",
        "0.99 * slow + 0.01 * fast",
        "slow",
        "train_step does not change what it must: .*target_hidden/kernel",
    ),
    Lie(
        "byol",
        "the target branch is the online one",
        "self.target(hidden)",
        "self.online(hidden)",
        "target_hidden/kernel .* x unused, expected blocked",
    ),
    Lie(
        "byol",
        "the predictor is not trained",
        "[*self.online.trainable_variables, *self.predictor.trainable_variables]",
        "[*self.online.trainable_variables]",
        "train_step does not change what it must: .*predictor_hidden/kernel",
    ),
    Lie(
        "frozen_backbone",
        "the backbone is not frozen",
        "backbone.trainable = False",
        "backbone.trainable = True",
        "train_step changes what it must not: .*backbone_conv/kernel",
    ),
    Lie(
        "frozen_backbone",
        "one task is built on the other",
        'name="age")(features)',
        'name="age")(kind)',
        "kind/kernel .* x connected, expected independent",
    ),
    Lie(
        "batch_norm",
        "validation in training mode",
        "self.model(measured, training=False)",
        "self.model(measured, training=True)",
        "norm/moving_mean .* x independent, expected connected",
    ),
    Lie(
        "batch_norm",
        "training in inference mode",
        "self.model(measured, training=True)",
        "self.model(measured, training=False)",
        "norm/moving_mean .* x connected, expected independent",
    ),
    Lie(
        "batch_norm",
        "evaluation by the training loss",
        "return self.validation(MEASURED, KINDS)",
        "return self.training(MEASURED, KINDS)",
        "train_step changes what is not trainable: .*norm/moving_mean",
    ),
    Lie(
        "seq2seq",
        "the state is not handed over",
        ", initial_state=state)",
        ")",
        "translation does not reach encoder_embedding/embeddings",
    ),
    Lie(
        "seq2seq",
        "the language model hears the source",
        "tf.zeros_like(state)",
        "state",
        "encoder_embedding/embeddings .* x connected, expected independent",
    ),
    Lie(
        "seq2seq",
        "pretraining has the encoder in its list",
        'self._train("language", self.variables(self.decoder))',
        'self._train("translation", self.variables(self.encoder) + self.variables(self.decoder))',
        "train_step changes what it must not: .*encoder_",
    ),
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path, capsys) -> None:
    runpy.run_path(str(path), run_name="__main__")
    *_, last = capsys.readouterr().out.splitlines()
    assert last.endswith(".")


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.example}: {lie.mistake}")
def test_an_example_notices_the_usual_mistake(lie, tmp_path) -> None:
    source = (FOLDER / f"{lie.example}.py").read_text()
    assert source.count(lie.right) == 1
    path = tmp_path / f"{lie.example}.py"
    path.write_text(source.replace(lie.right, lie.wrong))
    with pytest.raises(LawBroken, match=lie.says):
        runpy.run_path(str(path), run_name="__main__")


@pytest.mark.parametrize("path", TWO_HEADS, ids=lambda path: path.stem)
def test_two_heads_would_notice_a_leak(path) -> None:
    built = runpy.run_path(str(path))["build"]()
    model, step, *read = built
    w2 = getattr(model, "weights", model)[2]
    with pytest.raises(LawBroken, match=r"moved by at most 0\.0[01]\d* at step 1"):
        assert_step(step, leaves=[w2], read=read[0] if read else None)


def test_every_example_can_fail() -> None:
    assert {path.stem for path in TWO_HEADS} == {"two_heads_keras", "two_heads_tape", "two_heads_v1"}
    assert {path.stem for path in EXAMPLES} == {path.stem for path in TWO_HEADS} | {lie.example for lie in LIES}
