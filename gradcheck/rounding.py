"""How much a graph amplifies rounding at a point, measured rather than guessed.

A float32 and a float64 run of the same gradient differ by rounding alone. At sixteen points a few
units in the last place away, their largest distance is what rounding does there: a softmax that
saturates, or a normalisation that cancels, can make it thousands of units of the result. Engines
under trial take no part in the measurement, so a fault of theirs cannot widen their own bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradcheck.directions import project
from gradcheck.engines import Engine, Key
from gradcheck.engines.forward import Forward
from gradcheck.engines.graph import Graph
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Objective
from gradcheck.point import Points

FEW, REST = 2, 14  # copies: the first mostly settle it
_KEYS = {FEW: 0x726F756E64696E67, REST: 0x676E69646E756F72}
_REACH = 2.0**-20  # eight units in the last place of float32


@dataclass(frozen=True, eq=False)
class Rounding:
    """The largest rounding near each point, in units of machine epsilon.

    Attributes:
        entries: Of the gradients' entries, ``[points]`` by objective and variable.
        directions: Of their products with directions.
    """

    entries: Mapping[Key, Array]
    directions: Mapping[Key, Array]

    def at(self, index: int) -> Rounding:
        """Return the rounding near one of the points."""
        picked = (
            {key: found[index : index + 1] for key, found in part.items()} for part in (self.entries, self.directions)
        )
        return Rounding(*picked)

    @classmethod
    def of(cls, parts: Sequence[Rounding]) -> Rounding:
        """Join what was measured near several points."""
        keys = parts[0].entries
        return cls(
            {key: np.concatenate([part.entries[key] for part in parts]) for key in keys},
            {key: np.concatenate([part.directions[key] for part in parts]) for key in keys},
        )

    def __or__(self, other: Rounding) -> Rounding:
        """Return the larger of two measurements near the same points."""
        return Rounding(
            {key: np.maximum(found, other.entries[key]) for key, found in self.entries.items()},
            {key: np.maximum(found, other.directions[key]) for key, found in self.directions.items()},
        )

    def largest(self, objective: Objective, variable: str, *, projected: bool) -> Array | float:
        """Return the rounding of one gradient near each point; an absent one has none."""
        return (self.directions if projected else self.entries).get((objective, variable), 0.0)


def measure_rounding(
    graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, tangents: bool, copies: int
) -> Rounding:
    """Differentiate in float32 and float64 at some points near each of ``points``.

    Args:
        graph: The structure, in either dtype.
        points: Where rounding is measured.
        objectives: What is differentiated.
        tangents: Whether forward mode is measured too: it rounds every direction on its own way
            through the graph, where a projection of the tape's gradient rounds only once.
        copies: At how many points near each: `FEW`, or the `REST` of all sixteen.
    """
    moved = nearby(points, copies, _REACH, _KEYS[copies]).rounded("float32")
    noise = _noise(Graph(), graph, moved, objectives)
    entries = {key: _largest(values, copies) for key, values in noise.items()}
    directions = {key: _largest(project(values), copies) for key, values in noise.items()}
    if tangents:
        pushed = _noise(Forward(), graph, moved, objectives)
        directions = {key: np.maximum(found, _largest(pushed[key], copies)) for key, found in directions.items()}
    return Rounding(entries, directions)


def _noise(engine: Engine, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective]) -> dict[Key, Array]:
    """Return what float32 adds to float64, wherever there is a gradient."""
    single, double = (
        engine.evaluate(replace(graph, dtype=dtype), points, objectives, stacked=True).gradients
        for dtype in ("float32", "float64")
    )
    return {
        key: found - precise
        for key, found in single.items()
        if not isinstance(found, Unconnected) and not isinstance(precise := double[key], Unconnected)
    }


def _largest(noise: Array, copies: int) -> Array:
    """Return the largest of all entries and all copies, in units of float32's epsilon."""
    worst = np.max(np.abs(noise), axis=tuple(range(1, noise.ndim)), initial=0.0)
    return np.asarray(np.max(worst.reshape(-1, copies), axis=1) / np.finfo(np.float32).eps)


def nearby(points: Points, copies: int, reach: float, key: int = _KEYS[FEW]) -> Points:
    """Return copies of each point, every float of each moved by a random part of itself.

    Args:
        points: The points.
        copies: How many of each, one after the other.
        reach: The largest part, such as some units in the last place of 1.
        key: Which random parts.
    """
    stream = np.random.Philox(key=key)

    def shake(_: str, value: Array) -> Array:
        words = stream.random_raw(value.size).reshape(value.shape)
        return np.asarray(value * (1.0 + reach * ((words >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0)))

    return points.take(np.repeat(np.arange(len(points)), copies)).map_floats(shake)
