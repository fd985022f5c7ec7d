"""Saying what a comparison found, in the words of the person who must mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradcheck.compare import Comparison
from gradcheck.entries import Entries, nested
from gradcheck.gradient import Array, Gradient, MaybeGradient, Unconnected


@dataclass(frozen=True)
class Explanation:
    """A broken comparison at one point.

    Attributes:
        expected: What the law demands, in one line.
        found: What there was instead: a line, and where entries differ a second one.
        entries: Both sides entry by entry, unless they are too many to be looked at.
    """

    expected: str
    found: tuple[str, ...]
    entries: Entries | None = field(default=None, compare=False)


def explain(compared: Comparison, index: int) -> Explanation:
    """Explain how the comparison is broken at point ``index``."""
    match compared.relation, compared.expected, compared.found:
        case "different", _, found:
            return Explanation("a gradient that differs", ("every entry is equal, bit for bit",), _sides(found, index))
        case "unconnected", _, found:
            return Explanation("no gradient", (_presence(found, index),), _sides(found, index))
        case "connected", _, _:
            return Explanation("a gradient", ("no gradient: no path runs to the variable",))
        case _, Gradient() as expected, Gradient() as found if expected.values.shape == found.values.shape:
            return _entries(compared, expected, found, index)
        case _, expected, found:
            sides = _sides(found, index, expected)
            return Explanation(_presence(expected, index), (_presence(found, index),), sides)


def _presence(side: MaybeGradient, index: int) -> str:
    if isinstance(side, Unconnected):
        return "no gradient: no path runs to the variable"
    values = side.values[index]
    largest = np.max(np.abs(values), initial=0.0)
    return f"a gradient of shape {values.shape}, largest entry {largest:.6g}"


def _sides(found: MaybeGradient, index: int, expected: MaybeGradient | None = None) -> Entries | None:
    """Return what there is of both sides, where no entry is held against another."""
    left, right = (nested(s.values[index]) if isinstance(s, Gradient) else None for s in (expected, found))
    return None if left is None and right is None else Entries(left, right)


def _entries(compared: Comparison, expected: Gradient, found: Gradient, index: int) -> Explanation:
    allowed = np.broadcast_to(0.0 if compared.allowed is None else compared.allowed, expected.values.shape)[index]
    left, right = expected.values[index].astype(np.float64), found.values[index].astype(np.float64)
    with np.errstate(invalid="ignore"):
        distance = np.abs(left - right)
    apart = np.isnan(left) != np.isnan(right)
    differs = apart | (distance > allowed)
    worst = _worst(np.where(apart, np.inf, np.where(differs, distance, 0.0)))
    what = "directions" if found.projected else "elements"
    first = f"{int(differs.sum())} of {left.size} {what} differ; worst {list(worst)}"
    apart_by = _distance(compared, distance[worst], allowed[worst], index)
    second = f"expected {left[worst]:.9g}  found {right[worst]:.9g}  {apart_by}"
    demand = "the same bits" if compared.relation == "identical" else "the same numbers, but for rounding"
    both = nested(left), nested(right)
    places = tuple(tuple(map(int, place)) for place in np.argwhere(differs))
    return Explanation(demand, (first, second), Entries(*both, places, worst) if both[0] is not None else None)


def _worst(distance: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(distance)), distance.shape))


def _distance(compared: Comparison, distance: float, allowed: float, index: int) -> str:
    if not np.isfinite(distance):
        return "places of NaN or infinity differ"
    sides = [side for side in (compared.expected, compared.found) if isinstance(side, Gradient)]
    facts = np.finfo(_dtype(sides[-1]))
    unit = facts.eps * max(float(facts.tiny), *(float(side.scale[index]) for side in sides))
    budget = f" ({compared.budget.because})" if compared.budget else ""
    return f"{distance / unit:.6g} ULP of the largest entry, allowed {allowed / unit:.3g}{budget}"


def _dtype(side: Gradient) -> np.dtype[Any]:
    """Return what a gradient was computed in; sums and projections of it are kept in float64."""
    return np.dtype(side.terms[0].dtype) if side.terms else side.values.dtype
