"""Explanations name the demand, how much differs, the worst entry and what was allowed."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck import compare
from gradcheck.compare import Budget, Comparison
from gradcheck.explain import explain
from gradcheck.gradient import Gradient, Term, Unconnected, largest
from gradcheck.objective import as_objective, loss1

BUDGET = Budget(4, "2 steps, sums of at most 3 terms")
EPS = 2.0**-23


def gradient(values: list[list[float]], dtype: str = "float32") -> Gradient:
    array = np.array(values, dtype)
    return Gradient(array, largest(array))


def close(expected: Gradient, found: Gradient, allowed: float) -> Comparison:
    return compare.close(expected, found, allowed=np.full(len(expected.values), allowed), budget=BUDGET)


def test_entries_are_counted_and_the_worst_is_shown_in_units() -> None:
    compared = close(gradient([[4.0, 1.0, 2.0]]), gradient([[4.0, 1.5, 2.25]]), 4 * EPS)
    assert explain(compared, 0).expected == "the same numbers, but for rounding"
    assert explain(compared, 0).found == (
        "2 of 3 elements differ; worst [1]",
        f"expected 1  found 1.5  {0.5 / (4 * EPS):.6g} ULP of the largest entry, "
        "allowed 1 (2 steps, sums of at most 3 terms)",
    )


def test_each_point_is_explained_by_its_own_numbers() -> None:
    compared = close(gradient([[2.0, 1.0], [1024.0, 0.0]]), gradient([[2.0, 1.0 + 8 * EPS], [1024.0, 0.5]]), EPS)
    assert "4 ULP of the largest entry, allowed 0.5 " in explain(compared, 0).found[1]
    assert "4096 ULP of the largest entry" in explain(compared, 1).found[1]


def test_a_vanished_gradient_is_measured_by_what_was_expected() -> None:
    compared = close(gradient([[2.0]]), gradient([[0.0]]), EPS)
    assert f"{1 / EPS:.6g} ULP of the largest entry, allowed 0.5 " in explain(compared, 0).found[1]


def test_the_worst_entry_is_one_that_differs() -> None:
    """An entry far off within a wide bound of its own must not stand for one that breaks its bound."""
    allowed = np.array([[10.0, 0.5]])
    compared = compare.close(gradient([[0.0, 0.0]]), gradient([[9.0, 1.0]]), allowed=allowed, budget=BUDGET)
    assert explain(compared, 0).found[0] == "1 of 2 elements differ; worst [1]"


def test_units_are_those_of_what_was_computed_not_of_the_sum() -> None:
    term = Term(as_objective(loss1), "w", np.ones(1), "eager", "float32")
    wide = Gradient(np.array([[1.0]]), np.ones(1), (term,), projected=True)
    other = Gradient(np.array([[1.0 + 2 * EPS]]), np.ones(1), (term,), projected=True)
    first, second = explain(close(wide, other, EPS), 0).found
    assert first == "1 of 1 directions differ; worst [0]"
    assert "  2 ULP of the largest entry, allowed 1 " in second


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_told_by_place(odd: float) -> None:
    first, second = explain(close(gradient([[1.0, 2.0]]), gradient([[7.0, odd]]), 1.0), 0).found
    assert first == "2 of 2 elements differ; worst [1]"
    assert second == f"expected 2  found {odd:.9g}  places of NaN or infinity differ"


def test_nan_in_the_same_place_is_no_difference() -> None:
    compared = close(gradient([[np.nan, 1.0]]), gradient([[np.nan, 2.0]]), 0.5)
    assert explain(compared, 0).found[0] == "1 of 2 elements differ; worst [1]"


def test_identical_demands_bits() -> None:
    compared = compare.identical(gradient([[1.0]]), gradient([[1.0 + EPS]]), points=1)
    assert explain(compared, 0).expected == "the same bits"
    assert explain(compared, 0).found[1] == "expected 1  found 1.00000012  1 ULP of the largest entry, allowed 0"


@pytest.mark.parametrize(
    ("compared", "expected", "found"),
    [
        (
            compare.unconnected(gradient([[0.0, -3.0]]), points=1),
            "no gradient",
            "a gradient of shape (2,), largest entry 3",
        ),
        (compare.connected(Unconnected(), points=1), "a gradient", "no gradient: no path runs to the variable"),
        (
            compare.identical(Unconnected(), gradient([[0.0]]), points=1),
            "no gradient: no path runs to the variable",
            "a gradient of shape (1,), largest entry 0",
        ),
        (
            compare.identical(gradient([[1.0, 2.0]]), gradient([[1.0]]), points=1),
            "a gradient of shape (2,), largest entry 2",
            "a gradient of shape (1,), largest entry 1",
        ),
        (
            compare.different(gradient([[1.0]]), gradient([[1.0]]), judged=np.ones(1, bool)),
            "a gradient that differs",
            "every entry is equal, bit for bit",
        ),
    ],
)
def test_presence_shape_and_sameness_take_one_line(compared: Comparison, expected: str, found: str) -> None:
    assert compared.broken.all()
    assert explain(compared, 0).expected == expected
    assert explain(compared, 0).found == (found,)
