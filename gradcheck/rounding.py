"""How much a graph amplifies rounding at a point, measured rather than guessed.

A float32 and a float64 run of the same gradient differ by rounding alone. At sixteen points a few
units in the last place away, their largest distance is what rounding does there: a softmax that
saturates, or a normalisation that cancels, can make it thousands of units of the result. Where two
losses of digits cancel at all sixteen, as those of ``1 + g`` and ``1 - g`` may, it takes random ones
in their places to tell. Engines under trial take no part in the measurement, so a fault of theirs
cannot widen their own bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_SHAKE = 2.0**-30  # far from float64's epsilon, and from where what it does is out of proportion


@dataclass(eq=False)
class Noise:
    """What rounding adds to a gradient at copies of some points, wherever there is one, in units of one rounding.

    Attributes:
        entries: Of the gradients' entries, ``[points * copies, ...]`` by objective and variable.
        pushed: Of forward mode's products with directions; empty where that is not measured.
        copies: How many there are of each point, one after the other.
    """

    entries: Mapping[Key, Array]
    pushed: Mapping[Key, Array]
    copies: int
    _largest: dict[tuple[Key, bool], Array] = field(default_factory=dict)

    def largest(self, key: Key, *, projected: bool) -> Array:
        """Return the rounding of one gradient near each point."""
        if (key, projected) not in self._largest:
            parts = [project(self.entries[key]) if projected else self.entries[key]]
            parts += [self.pushed[key]] if projected and self.pushed else []
            self._largest[key, projected] = np.max([_largest(part, self.copies) for part in parts], axis=0)
        return self._largest[key, projected]


@dataclass(eq=False)
class Rounding:
    """How much rounding is amplified near the points of a stack: measured where that is asked, once at each point.

    Args:
        graph: The structure, in either dtype.
        points: The stack.
        objectives: What is differentiated.
        tangents: Whether forward mode is measured too: it rounds every direction on its own way
            through the graph, where a projection of the tape's gradient rounds only once.
        step: How it is measured.
    """

    graph: TwoHeadGraph
    points: Points
    objectives: Sequence[Objective]
    tangents: bool
    step: Step
    _indices: Array = field(default_factory=lambda: np.zeros(0, np.intp))
    _measured: list[Noise] = field(default_factory=list)

    def largest(self, indices: Array, objective: Objective, variable: str, *, projected: bool) -> Array:
        """Return the rounding of one gradient near some points, in units of epsilon; an absent one has none."""
        self._measure(np.setdiff1d(indices, self._indices))
        key = objective, variable
        if not all(key in noise.entries for noise in self._measured):
            return np.zeros(len(indices))
        found = np.concatenate([noise.largest(key, projected=projected) for noise in self._measured])
        order = np.argsort(self._indices)
        return np.asarray(found[order[np.searchsorted(self._indices, indices, sorter=order)]])

    def _measure(self, indices: Array) -> None:
        """Measure at some points that were not measured yet."""
        if len(indices):
            points = self.points.take(indices)
            self._measured.append(self._shaken(points) if self.step is Step.SHAKEN else self._nearby(points))
            self._indices = np.concatenate([self._indices, indices])

    def _nearby(self, points: Points) -> Noise:
        """Differentiate in float32 and float64 at some points near each of those."""
        copies = nearby(points, self.step.value, _REACH, _KEYS[self.step]).rounded("float32")
        pushed = self._single_and_double(Forward(), copies) if self.tangents else {}
        return Noise(self._single_and_double(Graph(), copies), pushed, self.step.value)

    def _single_and_double(self, engine: Engine, points: Points) -> dict[Key, Array]:
        single, double = (
            engine.evaluate(replace(self.graph, dtype=dtype), points, self.objectives, stacked=True)
            for dtype in ("float32", "float64")
        )
        return _apart(single, double, float(np.finfo(np.float32).eps))

    def _shaken(self, points: Points) -> Noise:
        """Differentiate in float64 with random parts in the places of what is rounded, and without."""
        copies = points.take(np.repeat(np.arange(len(points)), self.step.value))
        shaken, still = (evaluate_shaken(self.graph, copies, self.objectives, reach) for reach in (_SHAKE, 0.0))
        return Noise(_apart(shaken, still, _SHAKE), {}, self.step.value)


def _apart(rounded: Evaluation, precise: Evaluation, unit: float) -> dict[Key, Array]:
    return {
        key: (found - expected) / unit
        for key, found in rounded.gradients.items()
        if not isinstance(found, Unconnected) and not isinstance(expected := precise.gradients[key], Unconnected)
    }


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
