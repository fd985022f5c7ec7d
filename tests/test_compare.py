"""Each relation lets through what it allows, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck import compare
from gradcheck.compare import Budget, Comparison
from gradcheck.gradient import Gradient, Unconnected, largest

BUDGET = Budget(4, "sums of at most 3 terms")
BASE = np.arange(1.0, 13.0).reshape(2, 3, 2)
# The first point as it was, the second one with another number at [1, 0].
ODD = {"NaN": np.nan, "infinity": np.inf, "minus infinity": -np.inf, "the next number": np.nextafter(9.0, 10.0)}


def gradient(values: np.ndarray) -> Gradient:
    return Gradient(values, largest(values))


def with_odd(value: float) -> Gradient:
    changed = BASE.copy()
    changed[1, 1, 0] = value
    return gradient(changed)


def close(expected: np.ndarray, found: np.ndarray, allowed: float) -> Comparison:
    return compare.close(gradient(expected), gradient(found), allowed=np.full(len(expected), allowed), budget=BUDGET)


@pytest.mark.parametrize("odd", ODD)
def test_identical_sees_any_other_number_at_its_point(odd: str) -> None:
    compared = compare.identical(gradient(BASE), with_odd(ODD[odd]), points=2)
    assert compared.broken.tolist() == [False, True]
    assert compared.worst == np.inf


@pytest.mark.parametrize("odd", ODD)
def test_identical_passes_the_same_numbers(odd: str) -> None:
    compared = compare.identical(with_odd(ODD[odd]), with_odd(ODD[odd]), points=2)
    assert not compared.broken.any()
    assert compared.worst == 0


def test_zeros_are_equal_whatever_their_sign() -> None:
    assert not compare.identical(gradient(np.zeros((1, 2))), gradient(np.array([[0.0, -0.0]])), points=1).broken.any()


@pytest.mark.parametrize("odd", ["NaN", "infinity", "minus infinity"])
def test_close_compares_nan_and_infinity_by_place(odd: str) -> None:
    there, nowhere = with_odd(ODD[odd]), gradient(BASE)
    generous = np.full(2, 1e300)
    assert not compare.close(there, there, allowed=generous, budget=BUDGET).broken.any()
    for expected, found in ((there, nowhere), (nowhere, there)):
        assert compare.close(expected, found, allowed=generous, budget=BUDGET).broken.tolist() == [False, True]


def test_opposite_infinities_are_apart() -> None:
    assert compare.close(with_odd(np.inf), with_odd(-np.inf), allowed=np.ones(2), budget=BUDGET).broken[1]


@given(st.integers(1, 60), st.integers(0, 59), st.sampled_from([2.0**-20, 1.0, 2.0**20]))
def test_close_allows_what_it_allows_at_any_size(size: int, place: int, allowed: float) -> None:
    """No tolerance grows with the number of entries."""
    expected, at, over = np.zeros((1, size)), np.zeros((1, size)), np.zeros((1, size))
    at[0, place % size] = allowed
    over[0, place % size] = allowed * 1.01
    assert close(expected, at, allowed).worst == 1.0
    assert not close(expected, at, allowed).broken.any()
    assert close(expected, over, allowed).broken.all()


def test_close_takes_a_bound_for_each_entry() -> None:
    allowed = np.zeros_like(BASE)
    allowed[1, 1, 0] = 0.5
    assert not compare.close(gradient(BASE), with_odd(9.5), allowed=allowed, budget=BUDGET).broken.any()
    allowed = np.full_like(BASE, 0.5)
    allowed[1, 1, 0] = 0.0
    assert compare.close(gradient(BASE), with_odd(9.5), allowed=allowed, budget=BUDGET).broken.tolist() == [False, True]


def test_different_demands_one_other_entry() -> None:
    everywhere = np.ones(2, bool)
    assert compare.different(gradient(BASE), with_odd(8.0), judged=everywhere).broken.tolist() == [True, False]
    assert not compare.different(gradient(BASE), with_odd(8.0), judged=np.array([False, True])).broken.any()
    assert compare.different(Unconnected(), Unconnected(), judged=everywhere).broken.all()
    assert not compare.different(gradient(BASE), Unconnected(), judged=everywhere).broken.any()


def test_presence_is_compared_before_numbers() -> None:
    zeros = gradient(np.zeros((2, 3)))
    assert compare.identical(Unconnected(), zeros, points=2).broken.all()
    assert compare.identical(zeros, Unconnected(), points=2).broken.all()
    assert not compare.identical(Unconnected(), Unconnected(), points=2).broken.any()


def test_shapes_are_compared_before_numbers() -> None:
    ones, column = gradient(np.ones((2, 3))), gradient(np.ones((2, 1)))
    assert compare.identical(ones, column, points=2).broken.all()
    assert compare.close(ones, column, allowed=np.ones(2), budget=BUDGET).broken.all()


def test_unconnected_and_connected_are_opposites() -> None:
    zeros = gradient(np.zeros((3, 2)))
    assert compare.unconnected(zeros, points=3).broken.all()
    assert not compare.unconnected(Unconnected(), points=3).broken.any()
    assert compare.connected(Unconnected(), points=3).broken.all()
    assert not compare.connected(zeros, points=3).broken.any()


def test_points_that_are_not_judged_count_for_nothing() -> None:
    compared = Comparison(
        "close", Unconnected(), Unconnected(), np.array([0.5, 7.0, np.inf]), np.array([True, False, False])
    )
    assert not compared.broken.any()
    assert compared.worst == 0.5


def test_an_error_that_is_no_number_is_broken() -> None:
    compared = Comparison("close", Unconnected(), Unconnected(), np.array([np.nan]), np.array([True]))
    assert compared.broken.all()


def test_no_points_and_no_entries_break_nothing() -> None:
    assert compare.identical(gradient(np.zeros((0, 3))), gradient(np.zeros((0, 3))), points=0).worst == 0
    assert close(np.zeros((2, 0)), np.zeros((2, 0)), 0.0).broken.tolist() == [False, False]
