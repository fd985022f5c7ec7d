"""Comparing what training left behind: steps take the place of points."""

from __future__ import annotations

import numpy as np

from gradcheck import compare
from gradcheck.compare import Budget, Comparison
from gradcheck.explain import Explanation
from gradcheck.gradient import Array, Gradient, MaybeGradient, Unconnected, largest
from gradcheck.trial import Check


def as_steps(values: Array | Unconnected) -> MaybeGradient:
    """Wrap ``[steps, *shape]`` for comparing."""
    return values if isinstance(values, Unconnected) else Gradient(values, largest(values), ())


def same(claim: str, variable: str, expected: Array | Unconnected, found: Array | Unconnected) -> Check:
    """Demand the same bits at every step."""
    steps = next((len(side) for side in (expected, found) if not isinstance(side, Unconnected)), 1)
    return Check(claim, variable, compare.identical(as_steps(expected), as_steps(found), points=steps))


def close(claim: str, variable: str, expected: Array, found: Array, budget: Budget) -> Check:
    """Allow what rounding can do at every step."""
    left, right = as_steps(expected), as_steps(found)
    assert isinstance(left, Gradient) and isinstance(right, Gradient)
    allowed = budget.ulps * np.finfo(found.dtype).eps * np.maximum(left.scale, right.scale)
    return Check(claim, variable, compare.close(left, right, allowed=allowed, budget=budget))


def still(claim: str, variable: str, values: Array) -> Check:
    """Demand that ``[steps + 1, *shape]`` never changes."""
    return same(claim, variable, np.broadcast_to(values[:1], values[1:].shape), values[1:])


def moved(claim: str, variable: str, values: Array, *, judged: bool) -> Check:
    """Demand that the last value differs from the first."""
    first, last = as_steps(values[:1]), as_steps(values[-1:])
    return Check(claim, variable, compare.different(first, last, judged=np.array([judged])))


def told(claim: str, variable: str, *, expected: str, found: str, holds: bool) -> Check:
    """Demand something that is no number."""
    right = np.array([0.0 if holds else np.inf])
    compared = Comparison("told", Unconnected(), Unconnected(), right, np.ones(1, bool))
    return Check(claim, variable, compared, explanation=Explanation(expected, (found,)))
