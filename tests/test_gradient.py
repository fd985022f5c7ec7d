"""Gradients add and scale as vectors do; an absent one is neutral, and no zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.gradient import Gradient, Slices, Term, Unconnected, along_points, first, largest
from gradcheck.objective import as_objective, loss1, loss2

LOSS1, LOSS2 = as_objective(loss1), as_objective(loss2)
whole = st.lists(st.integers(-1000, 1000), min_size=6, max_size=6).map(lambda x: np.array(x, float).reshape(2, 3))
factors = st.lists(st.integers(-9, 9), min_size=2, max_size=2).map(lambda x: np.array(x, float))


def gradient(values: np.ndarray, objective=LOSS1) -> Gradient:
    return Gradient(values, largest(values), (Term(objective, "w", np.ones(len(values)), "eager", "float64"),))


@given(whole, whole, factors, factors)
def test_sums_are_linear_and_remember_their_terms(x: np.ndarray, y: np.ndarray, p: np.ndarray, q: np.ndarray) -> None:
    total = p * gradient(x) + q * gradient(y, LOSS2)
    np.testing.assert_array_equal(total.values, p[:, None] * x + q[:, None] * y)
    rebuilt = sum(along_points(t.weight, x) * {LOSS1: x, LOSS2: y}[t.objective] for t in total.terms)
    np.testing.assert_array_equal(total.values, rebuilt)


@given(whole)
def test_a_sum_that_cancels_is_no_more_exact_than_its_terms(x: np.ndarray) -> None:
    nothing = gradient(x) + np.array([-1.0, -1.0]) * gradient(x)
    assert not nothing.values.any()
    np.testing.assert_array_equal(nothing.scale, 2 * largest(x))


def test_a_weight_scales_what_rounding_is_measured_by() -> None:
    np.testing.assert_array_equal((np.array([-4.0]) * gradient(np.array([[0.5, -3.0]]))).scale, [12.0])


def test_doubt_grows_with_what_is_added() -> None:
    doubtful = Gradient(np.ones((2, 3)), np.ones(2), doubt=np.full((2, 3), 0.5))
    total = np.array([2.0, -4.0]) * doubtful + doubtful
    np.testing.assert_array_equal(total.doubt, [[1.5] * 3, [2.5] * 3])


def test_sums_are_carried_out_in_float64() -> None:
    small = gradient(np.array([[1.0]], np.float32)) + gradient(np.array([[2.0**-40]], np.float32))
    assert small.values[0, 0] == 1.0 + 2.0**-40


def test_an_absent_gradient_adds_nothing_and_stays_absent() -> None:
    present, absent = gradient(np.ones((2, 3))), Unconnected()
    assert present + absent is present
    assert absent + present is present
    assert absent + absent == Unconnected()
    assert np.array([2.0, 3.0]) * absent == Unconnected()


def test_absent_gradients_are_equal_whatever_found_them_absent() -> None:
    assert Unconnected(gradient(np.ones((1, 1))).terms) == Unconnected()
    assert Unconnected() != gradient(np.zeros((1, 1)))


@pytest.mark.parametrize("doubt", [0.0, np.arange(6.0).reshape(2, 3)])
def test_first_points_keep_all_that_is_known(doubt: np.ndarray | float) -> None:
    one = first(Gradient(np.arange(6.0).reshape(2, 3), np.array([2.0, 5.0]), gradient(np.ones((2, 3))).terms, doubt), 1)
    assert isinstance(one, Gradient)
    assert one.values.tolist() == [[0.0, 1.0, 2.0]]
    assert one.scale.tolist() == [2.0]
    assert one.terms[0].weight.shape == (1,)
    assert np.shape(one.doubt) in {(), (1, 3)}
    assert first(Unconnected(), 1) == Unconnected()


def test_largest_ignores_what_is_not_finite_and_bears_no_entries() -> None:
    values = np.array([[1.0, -3.0], [np.nan, 2.0], [-np.inf, 0.0]])
    assert largest(values).tolist() == [3.0, 2.0, 0.0]
    assert largest(np.zeros((2, 0))).tolist() == [0.0, 0.0]


def test_slices_of_the_same_row_add() -> None:
    rows = np.array([[1.0, 2.0], [10.0, 20.0], [4.0, 4.0]], np.float32)
    slices = Slices(rows, np.array([2, 0, 2]), np.zeros((4, 2), np.float32))
    assert slices.summed().tolist() == [[10.0, 20.0], [0.0, 0.0], [5.0, 6.0], [0.0, 0.0]]
