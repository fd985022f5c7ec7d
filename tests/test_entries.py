"""Entries are kept as plain numbers, NaN and infinity by name, and read back as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gradcheck import compare
from gradcheck.entries import MOST, Entries, nested
from gradcheck.explain import explain
from gradcheck.gradient import Gradient, MaybeGradient, Unconnected, largest


def gradient(values: list[float]) -> Gradient:
    array = np.array([values], "float32")
    return Gradient(array, largest(array))


def entries(relation: str, expected: MaybeGradient, found: MaybeGradient) -> Entries | None:
    match relation:
        case "unconnected":
            compared = compare.unconnected(found, points=1)
        case "connected":
            compared = compare.connected(found, points=1)
        case "different":
            compared = compare.different(expected, found, judged=np.ones(1, bool))
        case _:
            compared = compare.identical(expected, found, points=1)
    return explain(compared, 0).entries


def test_both_sides_are_kept_with_what_differs_and_the_worst() -> None:
    found = entries("identical", gradient([1.0, 2.0, 4.0]), gradient([1.0, 3.0, 7.0]))
    assert found == Entries((1.0, 2.0, 4.0), (1.0, 3.0, 7.0), ((1,), (2,)), (2,))


@pytest.mark.parametrize(
    ("relation", "expected", "found", "kept"),
    [
        ("unconnected", Unconnected(), gradient([2.0]), Entries(None, (2.0,))),
        ("connected", Unconnected(), Unconnected(), None),
        ("identical", gradient([2.0]), Unconnected(), Entries((2.0,), None)),
        ("identical", Unconnected(), gradient([2.0]), Entries(None, (2.0,))),
        ("different", gradient([2.0]), gradient([2.0]), Entries(None, (2.0,))),
    ],
)
def test_where_nothing_is_compared_entry_by_entry_there_is_what_there_was(relation, expected, found, kept) -> None:
    assert entries(relation, expected, found) == kept


@pytest.mark.parametrize("count", [MOST, MOST + 1])
def test_what_is_too_large_to_be_looked_at_is_left_out(count: int) -> None:
    found = entries("identical", gradient([1.0] * count), gradient([2.0] * count))
    assert (found is None) == (count > MOST)
    assert (nested(np.ones(count)) is None) == (count > MOST)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, -0.0, 0.1])
def test_entries_are_read_back_from_strict_json_as_they_were(odd: float) -> None:
    kept = Entries(((odd, 1.0),), 2.5, ((0, 1),), (0, 1))
    again = Entries.from_json(json.loads(json.dumps(kept.to_json(), allow_nan=False)))
    assert repr(again) == repr(kept)
