"""How much a graph amplifies rounding at a point, measured rather than guessed.

A float32 and a float64 run of the same gradient differ by rounding alone. At sixteen points a few
units in the last place away, their largest distance is what rounding does there: a softmax that
saturates, or a normalisation that cancels, can make it thousands of units of the result. Where two
losses of digits cancel at all sixteen, as those of ``1 + g`` and ``1 - g`` may, it takes random ones
in their places to tell. Engines under trial take no part in the measurement, so a fault of theirs
cannot widen their own bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np

from gradcheck.directions import project
from gradcheck.engines import Engine, Evaluation, Key
from gradcheck.engines._shaken import evaluate_shaken, near_one
from gradcheck.engines.forward import Forward
from gradcheck.engines.graph import Graph
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Objective
from gradcheck.point import Points


class Step(Enum):
    """How rounding is measured, one after the other until what is seen is explained; and at how many copies."""

    FEW = 2  # nearby, in float32: these mostly settle it
    REST = 14
    SHAKEN = 16  # in place, with random parts


NEARBY = (Step.FEW, Step.REST)
_KEYS = {Step.FEW: 0x726F756E64696E67, Step.REST: 0x676E69646E756F72}
_REACH = 2.0**-20  # eight units in the last place of float32
_MOST_COPIES = 2**11  # at a time: where most points of a stack are to be measured, all copies would take as much as it
_SHAKE = 2.0**-30  # far from float64's epsilon, and from where what it does is out of proportion


@dataclass(eq=False)
class Rounding:
    """How much rounding is amplified near the points of a stack: measured where that is asked, once at each point.

    Args:
        graph: The structure, in either dtype.
        points: The stack.
        objectives: What is differentiated.
        tangents: Whether forward mode is measured too: it rounds every direction on its own way
            through the graph, where a projection of the tape's gradient rounds only once.
        projected: Whether it is that of products with directions, rather than of entries.
        step: How it is measured.
    """

    graph: TwoHeadGraph
    points: Points
    objectives: Sequence[Objective]
    tangents: bool
    projected: bool
    step: Step
    _indices: Array = field(default_factory=lambda: np.zeros(0, np.intp))
    _measured: dict[Key, Array] = field(default_factory=dict)

    def largest(self, indices: Array, objective: Objective, variable: str) -> Array:
        """Return the rounding of one gradient near some points, in units of epsilon; an absent one has none."""
        self._measure(np.setdiff1d(indices, self._indices))
        found = self._measured.get((objective, variable))
        if found is None:
            return np.zeros(len(indices))
        order = np.argsort(self._indices)
        return np.asarray(found[order[np.searchsorted(self._indices, indices, sorter=order)]])

    def _measure(self, indices: Array) -> None:
        """Measure at some points that were not measured yet, a part of them at a time."""
        most = _MOST_COPIES // self.step.value
        for start in range(0, len(indices), most):
            part = indices[start : start + most]
            points = self.points.take(part)
            found = self._shaken(points) if self.step is Step.SHAKEN else self._nearby(points)
            for key, noise in found.items():
                self._measured[key] = np.append(self._measured.get(key, ()), noise)
            self._indices = np.append(self._indices, part)

    def _nearby(self, points: Points) -> dict[Key, Array]:
        """Differentiate in float32 and float64 at some points near each of those."""
        copies = nearby(points, self.step.value, _REACH, _KEYS[self.step]).rounded("float32")
        found = self._single_and_double(Graph(), copies, projected=self.projected)
        if not (self.tangents and self.projected):
            return found
        pushed = self._single_and_double(Forward(), copies, projected=False)  # products with directions as they are
        return {key: np.maximum(noise, pushed[key]) for key, noise in found.items()}

    def _single_and_double(self, engine: Engine, points: Points, *, projected: bool) -> dict[Key, Array]:
        single, double = (
            engine.evaluate(replace(self.graph, dtype=dtype), points, self.objectives, stacked=True)
            for dtype in ("float32", "float64")
        )
        return self._apart(single, double, float(np.finfo(np.float32).eps), projected=projected)

    def _shaken(self, points: Points) -> dict[Key, Array]:
        """Differentiate in float64 with random parts in the places of what is rounded, and without."""
        copies = points.take(np.repeat(np.arange(len(points)), self.step.value))
        shaken, still = (evaluate_shaken(self.graph, copies, self.objectives, reach) for reach in (_SHAKE, 0.0))
        return self._apart(shaken, still, _SHAKE, projected=self.projected)

    def _apart(self, rounded: Evaluation, precise: Evaluation, unit: float, *, projected: bool) -> dict[Key, Array]:
        """Return how far apart two evaluations are, of each gradient that there is: the farthest copy of each point."""
        found = {}
        for key, gradient in rounded.gradients.items():
            expected = precise.gradients[key]
            if not isinstance(gradient, Unconnected) and not isinstance(expected, Unconnected):
                noise = gradient - expected
                found[key] = _largest(project(noise) if projected else noise, self.step.value) / unit
        return found


def _largest(noise: Array, copies: int) -> Array:
    """Return the largest of all entries and all copies."""
    worst = np.max(np.abs(noise), axis=tuple(range(1, noise.ndim)), initial=0.0)
    return np.asarray(np.max(worst.reshape(-1, copies), axis=1))


def nearby(points: Points, copies: int, reach: float, key: int = _KEYS[Step.FEW]) -> Points:
    """Return copies of each point, every float of each moved by a random part of itself.

    Args:
        points: The points.
        copies: How many of each, one after the other.
        reach: The largest part, such as some units in the last place of 1.
        key: Which random parts.
    """
    stream = np.random.Philox(key=key)

    def shake(_: str, value: Array) -> Array:
        return np.asarray(value * near_one(stream, value.shape, reach))

    return points.take(np.repeat(np.arange(len(points)), copies)).map_floats(shake)
