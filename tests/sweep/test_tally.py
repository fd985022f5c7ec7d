"""Counts add up in any order to the same, and are kept whole."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.sweep.plan import Span
from gradcheck.sweep.tally import BUCKETS, LIMITS, Count, Tally, Worst, bucket_names, histogram
from sweep.made import PLAN, judge, plain, whole

numbers = st.integers(0, 2**50)
errors = st.one_of(st.sampled_from([0.0, 1.0, float("inf")]), st.floats(0, 1e300))
# A point is of one error: the larger of two is then one of them, in any order.
worsts = st.builds(lambda error, point: Worst(error, point) if error else Worst(), errors, numbers)
counts = st.builds(
    lambda figures, share, ulps, bars, bits: Count(*figures, share, ulps, np.array(bars, np.int64), bits),
    st.tuples(numbers, numbers, numbers, numbers),
    worsts,
    worsts,
    st.lists(st.integers(0, 10**9), min_size=BUCKETS, max_size=BUCKETS),
    st.one_of(st.just(np.inf), st.floats(0, 1e6)),
)
names = st.sampled_from(["addition", "graph", "float32", "x"])
seconds = st.integers(0, 10**6).map(lambda eighths: eighths / 8)  # these add up without rounding
tallies = st.builds(
    Tally,
    points=numbers,
    kinked=numbers,
    inexact=numbers,
    counts=st.dictionaries(st.tuples(names, names, names), counts, max_size=3),
    not_applicable=st.dictionaries(st.tuples(names, names, names), numbers, max_size=3),
    errors=st.dictionaries(st.tuples(names, names), numbers, max_size=3),
    seconds=st.dictionaries(names, seconds, max_size=3),
)


def worse(*parts: Tally) -> dict[str, Any]:
    total = Tally()
    for part in parts:
        total = total | part
    return plain(total)


def added(*parts: Tally) -> dict[str, Any]:
    total = Tally()
    for part in parts:
        total += Tally.from_json(part.to_json())
    return plain(total)


def nested(first: Tally, second: Tally) -> Tally:
    total = Tally.from_json(first.to_json())
    total += second
    return total


@given(tallies, tallies, tallies)
def test_adding_is_commutative_and_associative(x: Tally, y: Tally, z: Tally) -> None:
    assert added(x, y, z) == added(z, x, y) == added(y, z, x)
    assert added(nested(x, y), z) == added(x, nested(y, z))


@given(tallies, tallies, tallies)
def test_the_worse_of_the_same_points_is_the_same_in_any_order(x: Tally, y: Tally, z: Tally) -> None:
    assert worse(x, y, z) == worse(z, x, y) == worse(y, z, x, y, z)
    assert worse(x | y, z) == worse(x, y | z)
    assert worse(x, x) == worse(x) == plain(x)


@given(tallies)
def test_nothing_added_changes_nothing(tally: Tally) -> None:
    assert added(tally, Tally()) == added(Tally(), tally) == plain(tally)


@given(tallies)
def test_a_tally_survives_json(tally: Tally) -> None:
    stored = json.loads(json.dumps(tally.to_json(), allow_nan=False))
    assert plain(Tally.from_json(stored)) == plain(tally)


@given(tallies, tallies)
def test_adding_leaves_what_is_added_alone(x: Tally, y: Tally) -> None:
    before = plain(y)
    x += y
    x += y
    assert plain(y) == before


@given(st.sets(st.integers(1, 999), max_size=30), st.randoms(use_true_random=False))
def test_parts_in_any_order_count_what_the_whole_counts(cuts: set[int], random) -> None:
    ends = [0, *sorted(cuts), 1000]
    spans = [Span(start, stop) for start, stop in pairwise(ends)]
    random.shuffle(spans)
    assert added(*(judge(PLAN, span).tally for span in spans)) == WHOLE


WHOLE = whole()


def lies() -> list[tuple[str, Any]]:
    """Return ways to add that lose or double something."""
    fields = ("judged", "broken", "left_out", "ill_conditioned", "histogram", "share", "ulps", "doubt_bits")
    ways: list[tuple[str, Any]] = [(name, lambda x, y, name=name: _but(x, y, name)) for name in fields]
    return [*ways, ("all", lambda x, y: y), ("twice", lambda x, y: nested(nested(x, y), y))]


def _but(x: Tally, y: Tally, name: str) -> Tally:
    """Add, but keep one field of every count as it was."""
    total = nested(x, y)
    for key, count in x.counts.items():
        total.counts[key] = replace(total.counts[key], **{name: getattr(count, name)})
    return total


@pytest.mark.parametrize("lie", lies(), ids=lambda lie: lie[0])
def test_a_tally_that_loses_or_doubles_a_count_would_be_seen(lie: tuple[str, Any]) -> None:
    count = Count(3, 2, 1, 1, Worst(0.5, 7), Worst(2.0, 7), histogram(np.array([2.0, 0.0, 0.5])), 8.0)
    larger = Count(4, 3, 2, 2, Worst(0.7, 9), Worst(3.0, 9), histogram(np.array([3.0, 0.0, 0.5, 0.5])), 7.0)
    first, second = (Tally(points=4, counts={("a", "b", "c"): one}) for one in (count, larger))
    assert plain(lie[1](first, second)) != added(first, second)


def test_of_equal_errors_the_first_point_is_kept() -> None:
    assert Worst(2.0, 9) | Worst(2.0, 4) == Worst(2.0, 4) | Worst(2.0, 9) == Worst(2.0, 4)
    assert Worst(2.0, 9) | Worst(3.0, 11) == Worst(3.0, 11)
    assert Worst() | Worst(0.1, 5) == Worst(0.1, 5)
    assert Worst.of(np.array([1.0, 3.0, 3.0]), np.array([10, 11, 12])) == Worst(3.0, 11)


def test_the_worst_of_nothing_is_none() -> None:
    assert Worst.of(np.array([]), np.array([])) == Worst.of(np.zeros(3), np.arange(3)) == Worst()


def test_what_is_not_a_number_is_the_worst_of_all() -> None:
    assert Worst.of(np.array([1.0, np.nan, np.inf]), np.array([4, 5, 6])) == Worst(float("inf"), 5)
    assert Worst.from_json(json.loads(json.dumps(Worst(float("inf"), 5).to_json()))) == Worst(float("inf"), 5)


@given(st.lists(st.one_of(errors, st.sampled_from(LIMITS)), max_size=40))
def test_every_error_falls_into_the_bucket_that_bounds_it(found: list[float]) -> None:
    bars = histogram(np.array(found, np.float64))
    assert bars.sum() == len(found)
    lower = -1.0
    for limit, number in zip((*LIMITS, float("inf")), bars, strict=True):
        assert number == sum(lower < error <= limit for error in found)
        lower = limit


def test_every_bucket_has_a_name() -> None:
    told = list(bucket_names())
    assert len(told) == len(set(told)) == BUCKETS
    assert (told[0], told[1], told[-1]) == ("no error", "≤ 0.125", "> 1.04858e+06")


def test_broken_points_are_counted_for_each_law_and_engine() -> None:
    tally = Tally()
    for law, engine, broken in (("a", "x", 2), ("a", "y", 3), ("b", "x", 5)):
        tally.count(law, engine, "float32").broken = broken
    assert tally.broken == 10
