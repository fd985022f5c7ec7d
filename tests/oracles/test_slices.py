"""Slices against their dense form: each lie is noticed, and an honest gradient of slices is left alone."""

from __future__ import annotations

from functools import partial

import pytest

from gradcheck.backend import tf
from gradcheck.domain import away
from gradcheck.op import Op
from gradcheck.oracles import Unjudged, oracles, slices
from gradcheck.oracles.subject import Subject
from gradcheck.training.optimizers import choose_optimizers

ONCE, TWICE = [2, 0], [2, 0, 2]


@pytest.fixture(autouse=True)
def _one_optimizer(monkeypatch) -> None:
    choose(monkeypatch, "v1.GradientDescent")


def choose(monkeypatch, *names):
    monkeypatch.setattr(slices, "_chosen", lambda label: [choose_optimizers([name])[0] for name in names])


def doubts(ids, dtype="float64"):
    op = Op("rows", "lies", partial(tf.gather, indices=ids), (away(3, 2),))
    return [doubt.what for doubt in oracles["slices"].judge(Subject(op, None, dtype))]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_slices_of_different_rows_are_as_their_dense_form(monkeypatch, dtype) -> None:
    choose(monkeypatch, "v1.GradientDescent", "v1.Adam", "v1.Adagrad", "keras.SGD", "keras.SGD:momentum")
    assert doubts(ONCE, dtype) == []


def test_a_gradient_that_is_dense_is_not_judged() -> None:
    op = Op("dense", "lies", tf.tanh, (away(3, 2),))
    with pytest.raises(Unjudged, match=r"^no gradient comes as slices$"):
        list(oracles["slices"].judge(Subject(op, None, "float64")))


def test_clipping_rows_that_are_read_twice_is_noticed() -> None:
    names = {name: f"a dense gradient against slices with repeated ids through {name}" for name in slices.CLIPS}
    assert doubts(TWICE) == list(names.values())


@pytest.mark.parametrize("name", ["tf.clip_by_value", "tf.clip_by_norm", "tf.clip_by_global_norm"])
def test_clipping_that_treats_slices_otherwise_is_noticed(monkeypatch, name) -> None:
    honest = slices.CLIPS[name]

    def worse(g, half, norm):
        clipped = honest(g, half, norm)
        if isinstance(clipped, tf.IndexedSlices):
            return tf.IndexedSlices(clipped.values * 1.001, clipped.indices, clipped.dense_shape)
        return clipped

    monkeypatch.setattr(slices, "CLIPS", {**slices.CLIPS, name: worse})
    forms = ("slices", "slices of every row")
    assert doubts(ONCE) == [f"a dense gradient against {form} through {name}" for form in forms]


def test_a_step_that_treats_slices_otherwise_is_noticed(monkeypatch) -> None:
    def worse(optimizer, value, gradient):
        factor = 1.001 if isinstance(gradient, tf.IndexedSlices) else 1.0
        return step(optimizer, value, tf.convert_to_tensor(gradient) * tf.cast(factor, value.dtype))

    step = slices._step
    monkeypatch.setattr(slices, "_step", worse)
    assert doubts(ONCE) == ["a dense gradient against slices through steps of v1.GradientDescent"]


def test_a_step_that_raises_for_slices_is_noticed(monkeypatch) -> None:
    def worse(optimizer, value, gradient):
        if isinstance(gradient, tf.IndexedSlices):
            raise TypeError("slices")
        return step(optimizer, value, gradient)

    step = slices._step
    monkeypatch.setattr(slices, "_step", worse)
    assert doubts(ONCE) == ["a dense gradient against slices through steps of v1.GradientDescent"]


def test_what_is_known_of_an_optimizer_is_left_alone_and_the_rest_is_not(monkeypatch) -> None:
    choose(monkeypatch, "keras.Adam", "v1.Momentum", "v1.Ftrl")
    assert not [what for what in doubts(TWICE) if "steps" in what]

    def worse(optimizer, value, gradient):
        factor = 1.001 if isinstance(gradient, tf.IndexedSlices) else 1.0
        return step(optimizer, value, gradient) * factor

    step = slices._step
    monkeypatch.setattr(slices, "_step", worse)
    names = ("keras.Adam", "v1.Momentum", "v1.Ftrl")
    expected = [f"a dense gradient against slices of every row through steps of {name}" for name in names]
    assert [what for what in doubts(TWICE) if "steps" in what] == expected


def test_optimizers_take_turns(monkeypatch) -> None:
    monkeypatch.undo()
    chosen = [slices._chosen(f"op{number}/float64/0") for number in range(300)]
    assert {optimizer for found in chosen for optimizer in found} == set(slices._usable())
