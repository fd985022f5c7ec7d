"""What rounding is measured to do, and where float32 and float64 alone would not tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck import rounding
from gradcheck.engines import engines
from gradcheck.engines._shaken import evaluate_shaken
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import Points, draw
from gradcheck.rounding import Rounding, Step, nearby
from gradcheck.trial import Arena, Trial
from gradcheck.witness import load_witness

JOINT = as_objective(loss1 + loss2)
OBJECTIVES = (as_objective(loss1), as_objective(loss2), JOINT)

# The cotangents are 1 + g and 1 - g, which lose some of g, and the kernel's halves nearly cancel; in float32 so do the
# losses of g, nearby too.
WITNESS = load_witness(Path(__file__).parent / "false_alarms" / "cotangents_that_cancel.json")
CANCELS, POINTS = WITNESS.graph, WITNESS.point.stacked()


@pytest.fixture
def trial() -> Trial:
    return Trial(Arena(CANCELS, POINTS, OBJECTIVES), engines["graph"])


def test_losses_of_digits_that_cancel_in_float32_are_no_fault(trial: Trial) -> None:
    sides = trial.grad(loss1, "embedding") + trial.grad(loss2, "embedding"), trial.grad(JOINT, "embedding")
    assert not trial.close(*sides).broken.any()


def test_they_would_be_one_if_nothing_were_shaken(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounding, "_SHAKE", 2.0**100)  # in whose units nothing is anything
    monkeypatch.setattr(rounding, "evaluate_shaken", lambda *args: evaluate_shaken(*args[:3], 0.0))
    sides = trial.grad(loss1, "embedding") + trial.grad(loss2, "embedding"), trial.grad(JOINT, "embedding")
    assert trial.close(*sides).broken.all()


def test_a_fault_there_is_caught_all_the_same(trial: Trial) -> None:
    joint = trial.grad(JOINT, "embedding")
    off = trial.computed(joint.values * (1 + 1e-10), JOINT, "embedding")
    assert trial.close(trial.grad(loss1, "embedding") + trial.grad(loss2, "embedding"), off).broken.all()


def test_what_is_shaken_is_what_cancels() -> None:
    measured = Rounding(CANCELS, POINTS, (JOINT,), False, False, Step.SHAKEN)
    (largest,) = measured.largest(np.array([0]), JOINT, "embedding")
    kernel = np.abs(POINTS.values["head1/0/kernel"]).sum()
    assert kernel / 4 < largest < kernel * 4


def stack() -> Points:
    return draw(CANCELS, {"batch": 3, "vocabulary": 4, "embedding": 2, "head1/0": 2}, 5)


def test_what_shaking_does_is_in_proportion() -> None:
    def shaken(reach: float) -> np.ndarray:
        moved, still = (evaluate_shaken(CANCELS, stack(), (JOINT,), r).gradients for r in (reach, 0.0))
        return (moved[JOINT, "embedding"] - still[JOINT, "embedding"]) / reach

    less, more = shaken(2.0**-32), shaken(2.0**-26)
    assert np.abs(less).max() > 0.1
    assert np.abs(less - more).max() < 1e-3 * np.abs(more).max()


def test_without_a_reach_the_gradients_are_the_tapes() -> None:
    still, eager = (
        found.gradients
        for found in (
            evaluate_shaken(CANCELS, stack(), OBJECTIVES, 0.0),
            engines["eager"].evaluate(CANCELS, stack(), OBJECTIVES, stacked=True),
        )
    )
    assert still.keys() == eager.keys()
    for key, gradient in eager.items():
        np.testing.assert_array_equal(still[key], gradient)


def near(points: Points) -> Rounding:
    return Rounding(CANCELS, points, (JOINT,), False, False, Step.FEW)


def test_many_points_are_measured_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def counted(points: Points, *args: Any) -> Points:
        counts.append(len(points))
        return nearby(points, *args)

    monkeypatch.setattr(rounding, "nearby", counted)
    alone = np.concatenate([near(stack().take([i])).largest(np.array([0]), JOINT, "embedding") for i in range(5)])
    assert len(set(alone)) == 5

    monkeypatch.setattr(rounding, "_MOST_COPIES", Step.FEW.value)
    together = near(stack())
    for indices in ([3, 1], [0, 1, 2, 3, 4]):
        np.testing.assert_array_equal(together.largest(np.array(indices), JOINT, "embedding"), alone[indices])
    assert counts == [1] * 10
