"""Proof by exact evaluation: polynomial graphs at random integers, where nothing is rounded.

Two different polynomials of degree d agree at a point drawn from S^n with probability at most
d/|S|, so that k exact agreements leave a doubt of (d/|S|)^k (Schwartz and Zippel).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from gradcheck.engines import engines
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import Sizes, TwoHeadGraph, Wiring
from gradcheck.objective import Objective
from gradcheck.point import Points, draw_integers

_LARGEST_BOUND = 64
# Directions are sixteenths: four bits of float64's 53 are theirs.
_EXACT_BELOW = 2.0**48


@dataclass(frozen=True)
class ExactPoints:
    """Integer points at which no engine can round.

    Attributes:
        points: Drawn from the integers of magnitude up to ``bound``.
        bound: The largest magnitude.
        degree: Of the polynomials that the laws compare, at most.
    """

    points: Points
    bound: int
    degree: int

    @property
    def doubt_bits(self) -> float:
        """m, where exact agreement at all points leaves a doubt of at most 2^-m."""
        return float(len(self.points) * np.log2((2 * self.bound + 1) / self.degree))


def is_polynomial(graph: TwoHeadGraph) -> bool:
    """Whether both losses are polynomials with whole coefficients, computed in float64."""
    layers_are = all(layer.polynomial for _, layer in graph.all_layers())
    losses_are = all(loss.degree is not None for loss in graph.loss_functions)
    return layers_are and losses_are and graph.reduction != "mean" and graph.dtype == "float64"


def degree(graph: TwoHeadGraph) -> int:
    """Return a bound on the degree of every objective of a polynomial graph.

    Of the objectives, the highest are the product of the losses and loss2 pulled by ``a*u + b*v``.
    """
    degree1, degree2 = loss_degrees(graph)
    return max(degree1 + degree2, degree2 + 2)


def loss_degrees(graph: TwoHeadGraph) -> tuple[int, int]:
    """Return a bound on the degree of each loss of a polynomial graph: each layer multiplies by a parameter once."""
    trunk = 1 + len(graph.trunk)
    first = trunk + len(graph.head1)
    second = (trunk if graph.wiring is Wiring.PARALLEL else first) + len(graph.head2)
    of_losses = (loss.degree or 0 for loss in graph.loss_functions)
    degree1, degree2 = (depth * power for depth, power in zip((first, second), of_losses, strict=True))
    return degree1, degree2


def draw_exact(
    graph: TwoHeadGraph, sizes: Sizes, count: int, objectives: Sequence[Objective], *, seed: int = 0
) -> ExactPoints | None:
    """Draw integer points at which every sum of every gradient fits float64.

    The gradient at absolute values bounds every partial sum, since nothing cancels there; the
    integers get smaller until it is below 2^48.

    Returns:
        The points, or ``None`` where not even small integers are exact, or the degree is so high
        that agreement would prove nothing.
    """
    bound, highest = _LARGEST_BOUND, degree(graph)
    while 2 * bound + 1 > 2 * highest:
        points = draw_integers(graph, sizes, count, bound=bound, seed=seed)
        if _largest_sum(graph, points, objectives) < _EXACT_BELOW:
            return ExactPoints(points, bound, highest)
        bound //= 2
    return None


def exact_bound(graph: TwoHeadGraph, sizes: Sizes, objectives: Sequence[Objective]) -> int | None:
    """Return how large integers may be at these sizes, so that every sum of every gradient fits float64 at all of them.

    The gradient where every value is as large as it may be bounds the sums at all smaller ones, since it adds up
    products of magnitudes.

    Returns:
        The largest magnitude, or ``None`` where not even small integers are exact, or the degree is so high that
        agreement would prove nothing.
    """
    bound, highest = _LARGEST_BOUND, degree(graph)
    while 2 * bound + 1 > 2 * highest:
        largest = draw_integers(graph, sizes, 1, bound=bound).map_floats(partial(_all_as_large, bound))
        if _largest_sum(graph, largest, objectives) < _EXACT_BELOW:
            return bound
        bound //= 2
    return None


def _all_as_large(bound: int, _: str, value: Array) -> Array:
    return np.full_like(value, bound)


def _largest_sum(graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective]) -> float:
    """Bound every partial sum: all terms positive, stops open, and summed over all entries."""
    open_graph = replace(graph, wiring=Wiring.CHAINED) if graph.wiring is Wiring.STOPPED else graph
    evaluation = engines["graph"].evaluate(open_graph, points.map_floats(_positive), objectives, stacked=True)
    found = [values for values in evaluation.gradients.values() if not isinstance(values, Unconnected)]
    return max((_total(values) for values in found), default=0.0)


def _positive(name: str, value: Array) -> Array:
    # A loss is a function of output - labels: negative labels make that a sum.
    return -np.abs(value) if name.startswith("labels") else np.abs(value)


def _total(values: Array) -> float:
    per_point = np.abs(values).reshape(len(values), -1).sum(axis=1)
    return float(np.max(per_point, initial=0.0))
