"""What a trial allows where powers of two or float16 come in."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.engines import engines
from gradcheck.errors import EngineError
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import draw
from gradcheck.transforms import transforms
from gradcheck.trial import Arena, Trial

GRAPH = TwoHeadGraph(reduction="sum")
JOINT = as_objective(loss1 + loss2)
W = "head2/0/kernel"


@pytest.fixture
def trial() -> Trial:
    points = draw(GRAPH, dict.fromkeys(GRAPH.axes, 3), 2)
    return Trial(Arena(GRAPH, points, (JOINT,)).one_by_one(), engines["eager"])


def test_exact_allows_no_bit_but_in_what_is_flushed_to_zero(trial: Trial) -> None:
    one = trial.computed(np.full((2, 3, 3), 1.0, np.float32), JOINT, W)
    off = trial.computed(np.nextafter(one.values, np.float32(2)), JOINT, W)
    assert trial.exact(one, off).broken.all()
    tiny = trial.computed(np.full((2, 3, 3), 1e-40, np.float32), JOINT, W)
    nothing = trial.computed(np.zeros((2, 3, 3), np.float32), JOINT, W)
    assert not trial.exact(tiny, nothing).broken.any()


def test_half_is_some_percent_but_no_factor(trial: Trial) -> None:
    plain = trial.grad(JOINT, W)
    assert not trial.close_in_half(plain, trial.computed(plain.values * (1 + 2.0**-10), JOINT, W)).broken.any()
    assert trial.close_in_half(plain, trial.computed(plain.values * 2, JOINT, W)).broken.all()


def test_half_does_not_judge_what_float16_cannot_hold(trial: Trial) -> None:
    large = trial.computed(np.full((2, 3, 3), 1e6, np.float32), JOINT, W)
    compared = trial.close_in_half(large, trial.computed(large.values * 2, JOINT, W))
    assert not compared.judged.any()
    assert compared.ill_conditioned == 2


def test_what_a_transform_computed_names_it(trial: Trial) -> None:
    found = trial.transformed(transforms["permutation"], JOINT.value, W)
    assert [term.through for term in found.terms] == ["permutation"]


def test_transform_is_run_once(trial: Trial) -> None:
    class Counted:
        name, runs = "counted", 0

        def differentiate(self, graph, points, engine):
            self.runs += 1
            return {W: np.zeros((2, 3, 3), np.float32)}

    counted = Counted()
    for _ in range(2):
        trial.transformed(counted, JOINT.value, W)
    assert counted.runs == 1


def test_transform_that_raises_is_an_engine_error(trial: Trial) -> None:
    class Raising:
        name = "raising"

        def differentiate(self, graph, points, engine):
            raise RuntimeError("no [kernel]")

    with pytest.raises(EngineError, match=r"^transform raising on engine eager failed: RuntimeError: no \[kernel\]$"):
        trial.transformed(Raising(), JOINT.value, W)
