"""Polynomial graphs are told from others, and integers are small enough that nothing is rounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from gradcheck import identity
from gradcheck.engines import engines
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.identity import ExactPoints, degree, draw_exact, is_polynomial
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import draw_integers
from gradcheck.sample import polynomial_twin
from gradcheck.strategies import two_head_graphs

POLYNOMIAL = replace(GOLDEN_GRAPH, dtype="float64")
SIZES = dict.fromkeys(POLYNOMIAL.axes, 3)
OBJECTIVES = (as_objective(loss1 + loss2), as_objective(loss1 * loss2))


@given(two_head_graphs(polynomial=True))
def test_polynomial_graphs_are_known(graph: TwoHeadGraph) -> None:
    assert is_polynomial(graph)


@given(two_head_graphs())
def test_twins_are_polynomial(graph: TwoHeadGraph) -> None:
    twin = polynomial_twin(graph)
    assert is_polynomial(twin)
    assert (twin.wiring, len(twin.trunk)) == (graph.wiring, len(graph.trunk))
    assert polynomial_twin(twin) == twin


@pytest.mark.parametrize(
    "changed",
    [
        {"trunk": ("tanh",)},
        {"head2": ("dense", "layer_normalisation")},
        {"loss2": "softmax_cross_entropy"},
        {"reduction": "mean"},
        {"dtype": "float32"},
    ],
)
def test_other_graphs_are_known(changed: dict[str, object]) -> None:
    assert is_polynomial(POLYNOMIAL)
    assert not is_polynomial(POLYNOMIAL.changed(**changed))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # loss1 is of degree 2 in embedding and kernel, loss2 of degree 3: their product of 5.
        ({}, 5),
        ({"wiring": "parallel"}, 4),
        ({"loss2": "squared_error"}, 2 + 6),
        ({"trunk": ("dense",) * 3}, 5 + 6),
        # loss2 pulled by a*u + b*v.
        ({"head1": (), "head2": ()}, 3),
    ],
)
def test_degree_is_that_of_the_highest_objective(changed: dict[str, object], expected: int) -> None:
    assert degree(POLYNOMIAL.changed(**changed)) == expected


@pytest.mark.parametrize(
    ("count", "bound", "of", "bits"), [(1, 4, 9, 0), (64, 64, 129, 0), (10, 2, 5, 0), (3, 8, 1, 12.26)]
)
def test_doubt_falls_with_points_and_rises_with_degree(count: int, bound: int, of: int, bits: float) -> None:
    points = draw_integers(POLYNOMIAL, SIZES, count, bound=bound)
    assert ExactPoints(points, bound, of).doubt_bits == pytest.approx(bits, abs=0.01)


def test_gradients_at_exact_points_are_whole_numbers() -> None:
    exact = draw_exact(POLYNOMIAL, SIZES, 8, OBJECTIVES)
    assert exact is not None
    assert exact.bound == 64
    assert exact.doubt_bits == pytest.approx(8 * np.log2(129 / 5))
    found = engines["graph"].evaluate(POLYNOMIAL, exact.points, OBJECTIVES, stacked=True).gradients
    for values in found.values():
        assert not isinstance(values, Unconnected)
        assert np.all(values == np.round(values))
        assert np.abs(values).max() < 2.0**48


@pytest.mark.parametrize(
    ("sums", "bound"), [([2.0**48, 2.0**47], 32), ([2.0**50] * 3 + [1.0], 8), ([2.0**48] * 9, None)]
)
def test_integers_shrink_until_sums_are_exact_or_nothing_is_proved(
    sums: list[float], bound: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = iter(sums)
    monkeypatch.setattr(identity, "_largest_sum", lambda *_: next(measured))
    exact = draw_exact(POLYNOMIAL, SIZES, 2, OBJECTIVES)
    assert (exact and exact.bound) == bound
    assert exact is None or np.abs(exact.points.values["embedding"]).max() <= exact.bound


def test_stops_are_open_and_terms_positive_when_sums_are_bounded() -> None:
    """The bound must hold for the stopped path too, and cancelling must not hide a partial sum."""
    points = draw_integers(POLYNOMIAL, SIZES, 4, bound=3)
    stopped = identity._largest_sum(POLYNOMIAL.changed(wiring="stopped"), points, OBJECTIVES)
    assert stopped == identity._largest_sum(POLYNOMIAL, points, OBJECTIVES)
    negated = points.map_floats(lambda _, value: -value)
    assert stopped == identity._largest_sum(POLYNOMIAL, negated, OBJECTIVES)
    unlabelled = points.map_floats(lambda name, value: 0 * value if name.startswith("labels") else value)
    assert stopped > identity._largest_sum(POLYNOMIAL, unlabelled, OBJECTIVES)
