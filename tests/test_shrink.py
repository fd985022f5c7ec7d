"""Failing cases shrink to the plainest that still fails, and never to one that passes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck import compare
from gradcheck.engines import engines
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.gradient import Gradient
from gradcheck.graph import Sizes, TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import draw
from gradcheck.shrink import find_smallest, shrink, witness_of
from gradcheck.strategies import sizes, two_head_graphs
from gradcheck.trial import Arena, Check, Trial
from gradcheck.witness import Witness

OBJECTIVES = (as_objective(loss1 + loss2), as_objective(loss2))
LARGE = TwoHeadGraph(
    trunk=("tanh", "dense_bias", "relu"),
    head1=("residual", "dense"),
    head2=("layer_normalisation", "gelu"),
    loss1="softmax_cross_entropy",
    reduction="mean",
)


def plain(graph: TwoHeadGraph, most: int) -> dict[str, int]:
    return dict.fromkeys(graph.axes, most)


def test_what_always_fails_shrinks_to_nothing() -> None:
    graph, found = shrink(LARGE, plain(LARGE, 8), lambda *_: True, tries=1000)
    assert (graph.trunk, graph.head1, graph.head2) == ((), (), ())
    assert (graph.loss1, graph.loss2, graph.reduction) == ("plain_sum", "plain_sum", "sum")
    assert found == {"batch": 1, "vocabulary": 1, "embedding": 1}


def test_what_matters_is_kept() -> None:
    def fails(graph: TwoHeadGraph, found: Sizes) -> bool:
        return "relu" in graph.trunk and len(graph.head2) >= 1 and graph.reduction == "mean" and found["batch"] >= 2

    graph, found = shrink(LARGE, plain(LARGE, 8), fails, tries=1000)
    assert (graph.trunk, graph.head1, graph.head2, graph.reduction) == (("relu",), (), ("dense",), "mean")
    assert found == {"batch": 2, "vocabulary": 1, "embedding": 1, "head2/0": 1}


@given(two_head_graphs(), st.data(), st.integers(0, 30), st.randoms(use_true_random=False))
def test_the_result_fails_and_tries_are_bounded(graph: TwoHeadGraph, data: st.DataObject, tries: int, chance) -> None:
    start = data.draw(sizes(graph))
    failed, calls = [(graph, start)], []

    def fails(smaller: TwoHeadGraph, found: Sizes) -> bool:
        calls.append(smaller)
        assert set(found) == set(smaller.axes)
        if chance.random() < 0.5:
            failed.append((smaller, found))
            return True
        return False

    assert shrink(graph, start, fails, tries=tries) == failed[-1]
    assert len(calls) <= tries


def trial_of(graph: TwoHeadGraph, count: int = 3, **options: bool) -> Trial:
    points = draw(graph, plain(graph, 3), count)
    return Trial(Arena(graph, points, OBJECTIVES, **options), engines["eager"], (engines["eager"],))


def first_broken(trial: Trial) -> Check:
    return next(check for check in laws["addition"].judge(trial) if check.comparison.broken.any())


def test_a_witness_keeps_the_first_broken_point() -> None:
    trial = trial_of(GOLDEN_GRAPH)
    ones = Gradient(np.ones((3, 2)), np.ones(3))
    other = Gradient(np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 3.0]]), np.ones(3))
    witness = witness_of(laws["addition"], trial, Check("1 = 2", "w", compare.identical(ones, other, points=3)))
    assert (witness.law, witness.engine, witness.claim, witness.variable) == ("addition", "eager", "1 = 2", "w")
    np.testing.assert_array_equal(witness.point.values["ids"], trial.points[1].values["ids"])
    assert witness.explanation.found[0] == "1 of 2 elements differ; worst [1]"


@pytest.mark.usefixtures("lying_eager")
def test_a_violation_becomes_its_smallest_case() -> None:
    graph = GOLDEN_GRAPH.changed(trunk=("tanh",), head1=("dense_bias",), dtype="float64")
    trial = trial_of(graph)
    witness = find_smallest(laws["addition"], trial, first_broken(trial), [])
    assert (witness.graph.trunk, witness.graph.head1, witness.graph.head2) == ((), (), ("dense",))
    assert set(witness.point.sizes.values()) == {1}


@pytest.mark.usefixtures("lying_eager")
@pytest.mark.parametrize("option", [{"exact": True}, {"stacked": False}])
def test_cases_that_mean_something_as_they_are_are_not_shrunk(option: dict[str, bool]) -> None:
    trial = trial_of(GOLDEN_GRAPH, 1, **option)
    witness = find_smallest(laws["addition"], trial, first_broken(trial), [])
    assert (witness.graph, witness.point.sizes) == (GOLDEN_GRAPH, trial.points.sizes)


@pytest.mark.usefixtures("lying_eager")
def test_another_engines_smallest_case_is_tried_first(make_witness: Callable[..., Witness]) -> None:
    trial, known = trial_of(GOLDEN_GRAPH), make_witness(engine="graph")
    witness = find_smallest(laws["addition"], trial, first_broken(trial), [known])
    assert witness.engine == "eager"
    assert witness.point.sizes == known.point.sizes
