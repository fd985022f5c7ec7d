"""Every law of a step holds for an honest optimizer, and is broken by a lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from gradcheck.training import laws as package
from gradcheck.training.judge import judge_law
from gradcheck.training.known import installed
from gradcheck.training.laws import step_laws
from gradcheck.training.train import train
from gradcheck.verify import Settings, verify
from training.support import training

W1 = "head1/0/kernel"


def shift(history, name, *, step=-1):
    values = {key: value.copy() for key, value in history.values.items()}
    values[name][step] = np.nextafter(values[name][step], np.float32(np.inf))
    return replace(history, values=values)


def freeze(history, name):
    still = np.broadcast_to(history.values[name][:1], history.values[name].shape)
    slots = {
        key: np.broadcast_to(value[:1], value.shape) if key[0] == name else value
        for key, value in history.slots.items()
    }
    return replace(history, values={**history.values, name: still}, slots=slots)


def shift_slot(history, name):
    slots = {key: value + (key[0] == name) * np.float32(1e-3) * np.arange(3).reshape(-1, 1, 1) for key, value in
             history.slots.items()}  # fmt: skip
    return replace(history, slots=slots)


def tamper(history, name):
    return replace(history, values={**history.values, name: history.values[name] * np.float32(1.01)})


@dataclass(frozen=True)
class Lie:
    """A history of one route that is not what happened, and the law that must notice."""

    law: str
    route: str
    tell: Callable
    optimizer: str = "keras.SGD:momentum"
    since: tuple[int, int] = (2, 15)


LIES = {
    "a variable left out moves by one bit": Lie("unchanged", "split-var-list", lambda h: shift(h, "embedding")),
    "a slot left out moves": Lie("unchanged", "split-var-list", lambda h: shift_slot(h, "embedding")),
    "a variable left out gains a slot": Lie(
        "unchanged",
        "split-var-list from the start",
        lambda h: replace(h, slots={**h.slots, ("embedding", "m"): 0}),
        "v1.Adam",
    ),
    "a listed variable stands still": Lie("changed", "split-var-list", lambda h: freeze(h, W1)),
    "one route is a bit off": Lie("routes-agree", "two-tapes", lambda h: shift(h, W1)),
    "one route has another slot": Lie("routes-agree", "stop-gradient", lambda h: shift_slot(h, W1)),
    "one route lacks a slot": Lie("routes-agree", "two-tapes", lambda h: replace(h, slots={})),
    "order matters": Lie("order", "reversed-pairs", lambda h: shift(h, W1, step=1)),
    "two calls matter": Lie("two-calls", "two-calls", lambda h: shift(h, W1)),
    "apply is another step": Lie("entry-points", "apply", lambda h: shift(h, W1), since=(2, 16)),
    "minimize is another step": Lie("entry-points", "minimize", lambda h: shift(h, W1), "v1.Momentum"),
    "slices are one percent off": Lie("sparse-dense", "apply_gradients", lambda h: tamper(h, "embedding")),
    "a zero gradient does nothing": Lie("none-is-not-zero", "zero-masked", lambda h: freeze(h, "embedding")),
    "an absent gradient moves a variable": Lie("absent-gradients", "absent pairs", lambda h: shift(h, "embedding")),
    "an absent gradient is not warned of": Lie(
        "absent-gradients", "absent pairs", lambda h: replace(h, warnings=()), since=(2, 16)
    ),
    "no gradient at all goes unnoticed": Lie("absent-gradients", "nothing but absent pairs", lambda h: h),
}


def test_every_law_has_a_lie() -> None:
    assert {lie.law for lie in LIES.values()} == {law.name for law in step_laws}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_caught_and_the_truth_is_not(lie, monkeypatch) -> None:
    if installed() < lie.since:
        pytest.skip("Keras 2 has no apply, and logs what Keras 3 warns of")
    law = step_laws[lie.law]
    honest = training(lie.optimizer)
    judgement = judge_law(law, honest)
    assert judgement.error is None
    assert judgement.held
    assert judgement.broken == []

    def lying(graph, point, optimizer, route, mode):
        if route.name != lie.route:
            return train(graph, point, optimizer, route, mode)
        # What an optimizer refuses cannot be told otherwise but by not refusing it.
        told = honest.history() if route.name.startswith("nothing") else train(graph, point, optimizer, route, mode)
        return lie.tell(told)

    monkeypatch.setattr(package, "train", lying)
    assert judge_law(law, training(lie.optimizer)).broken


@pytest.mark.parametrize("mode", ["graph", "v1"])
@pytest.mark.parametrize("law", list(step_laws), ids=lambda law: law.name)
def test_every_law_holds_in_every_mode(law, mode) -> None:
    judgement = judge_law(law, training("v1.Adam" if mode == "v1" else "keras.SGD:momentum", mode))
    assert judgement.error is None
    assert judgement.broken == []


def test_an_optimizer_that_raises_is_an_error_that_names_it(monkeypatch) -> None:
    def failing(graph, point, optimizer, route, mode):
        raise RuntimeError("out of luck\nand more")

    monkeypatch.setattr(package, "train", failing)
    judgement = judge_law(step_laws["unchanged"], training("keras.SGD"))
    assert judgement.error == "keras.SGD by route split-var-list on engine eager failed: RuntimeError: out of luck"


def test_an_optimizer_that_raises_is_an_error_and_not_covered(monkeypatch) -> None:
    def failing(graph, point, optimizer, route, mode):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(package, "train", failing)
    report = verify(Settings(laws=("unchanged",), engines=("eager",), optimizers=("keras.SGD:momentum",)))
    assert report.coverage["unchanged"].covered == set()
    assert report.cells["unchanged", "eager"].errors
    assert report.exit_code == 3
