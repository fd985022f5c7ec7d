"""Comparing gradients: what may differ, by how much, and why (NumPy only)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcheck.gradient import Array, Gradient, MaybeGradient, Unconnected, along_points, entry_by_entry

Distance = Callable[[Gradient, Gradient], Array]


@dataclass(frozen=True)
class Budget:
    """How far two results may be apart, with the reason.

    Attributes:
        ulps: Units in the last place of the largest entry.
        because: Why any difference is allowed at all.
    """

    ulps: float
    because: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was expected and found at every point.

    Attributes:
        relation: ``"identical"``, ``"close"``, ``"different"``, ``"unconnected"`` or ``"connected"``.
        expected: The side that the law derives.
        found: The side that is judged.
        error: Distance in units of what is allowed, shape ``[points]``: above 1 is a violation.
        judged: At which points the law applies, shape ``[points]``.
        allowed: Largest absolute difference that is allowed, broadcastable to the values.
        budget: Why, for ``"close"``.
        ill_conditioned: Points not judged because rounding alone swamps the result.
    """

    relation: str
    expected: MaybeGradient
    found: MaybeGradient
    error: Array
    judged: Array
    allowed: Array | None = None
    budget: Budget | None = None
    ill_conditioned: int = 0

    @property
    def broken(self) -> NDArray[np.bool_]:
        """At which points the law is broken."""
        return np.asarray(self.judged & ~(self.error <= 1.0))

    @property
    def worst(self) -> float:
        """The largest error of the points judged, 0 where there are none."""
        return float(np.max(self.error, where=self.judged, initial=0.0))


def identical(expected: MaybeGradient, found: MaybeGradient, *, points: int) -> Comparison:
    """Demand the same bits, where no rounding can differ; NaN equals NaN, and -0 equals 0."""
    return _compare("identical", expected, found, points, _apart)


def different(expected: MaybeGradient, found: MaybeGradient, *, judged: Array) -> Comparison:
    """Demand that at least one entry differs, at the points ``judged``."""
    same = _compare("identical", expected, found, len(judged), _apart)
    return Comparison("different", expected, found, np.where(same.error == 0.0, np.inf, 0.0), judged)


def close(expected: Gradient, found: Gradient, *, allowed: Array, budget: Budget) -> Comparison:
    """Allow ``allowed`` between entries; NaN and infinity must stand in the same places.

    Args:
        allowed: Absolute, of shape ``[points]`` or of the values' shape.
        budget: The reason for it, for the report.
    """
    wide = along_points(allowed, found.values) if allowed.ndim == 1 else allowed

    def distance(expected: Gradient, found: Gradient) -> Array:
        e, f = expected.by_entry, found.by_entry
        if wide.size == len(f) and np.isfinite(shares := _shares(e, f, wide.reshape(-1))).all():
            return shares
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            ratio = np.abs(e.astype(np.float64) - f) / wide
        agree = (e == f) | (np.isnan(e) & np.isnan(f))
        comparable = np.isfinite(e) & np.isfinite(f) & np.isfinite(ratio)
        return np.where(agree, 0.0, np.where(comparable, ratio, np.inf))

    compared = _compare("close", expected, found, len(found.values), distance)
    return Comparison("close", expected, found, compared.error, compared.judged, wide, budget)


def unconnected(found: MaybeGradient, *, points: int) -> Comparison:
    """Demand that there is no gradient."""
    error = np.zeros(points) if isinstance(found, Unconnected) else np.full(points, np.inf)
    return Comparison("unconnected", Unconnected(), found, error, np.ones(points, bool))


def connected(found: MaybeGradient, *, points: int) -> Comparison:
    """Demand that there is a gradient, zero or not."""
    error = np.full(points, np.inf) if isinstance(found, Unconnected) else np.zeros(points)
    return Comparison("connected", found, found, error, np.ones(points, bool))


def _compare(
    relation: str,
    expected: MaybeGradient,
    found: MaybeGradient,
    points: int,
    distance: Callable[[Gradient, Gradient], Array],
) -> Comparison:
    """Compare presence and shape first, then entries."""
    everywhere = np.ones(points, bool)
    match expected, found:
        case Unconnected(), Unconnected():
            return Comparison(relation, expected, found, np.zeros(points), everywhere)
        case Gradient(), Gradient() if expected.values.shape == found.values.shape:
            distances = distance(expected, found)
            error = np.max(distances, axis=tuple(range(1, distances.ndim)), initial=0.0)
            return Comparison(relation, expected, found, error, everywhere)
        case _:
            return Comparison(relation, expected, found, np.full(points, np.inf), everywhere)


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def _shares(expected: Array, found: Array, allowed: Array) -> Array:
    """Return the largest distance at each point as a share of what is allowed, not finite where entries are not."""
    distance = np.subtract(expected, found, dtype=np.float64)
    largest = np.max(np.abs(distance, out=distance), axis=tuple(range(1, distance.ndim)), initial=0.0)
    return np.asarray(largest / allowed)


def _apart(expected: Gradient, found: Gradient) -> Array:
    """Return 0 at each point where all entries are the same bits, and infinity elsewhere."""
    e, f = expected.values, found.values
    if e.strides != f.strides and any(e.strides):  # far apart in memory, unless one side takes none
        e, f = expected.by_entry, found.by_entry
    # The sign of a zero is left out: -0.0 + 0.0 is 0.0, so that even adding nothing can change it.
    same = np.asarray(e == f)
    if same.all():
        return np.zeros(len(same))
    same = entry_by_entry(same | (np.isnan(e) & np.isnan(f)))
    return np.where(np.all(same, axis=tuple(range(1, same.ndim))), 0.0, np.inf)
