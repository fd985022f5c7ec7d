"""Where a proof is looked at: a graph and a point, the golden case or whole numbers drawn at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH, golden_point
from gradcheck.gradient import Array
from gradcheck.graph import Sizes, TwoHeadGraph, Wiring
from gradcheck.point import Point, draw, draw_integers
from gradcheck.proofs.algebra import LOSS, Algebra, given_at, work_out

_LARGEST = 4
_HELD = {"float32": 2.0**24, "float64": 2.0**48}  # below this every sum is exact; directions need four bits of 53


@dataclass(frozen=True, eq=False)
class Setting:
    """A graph at a point.

    Attributes:
        graph: The structure.
        point: Sizes and values.
        name: What it is called.
        seed: What is drawn with where a value is missing.
        counts: Whether weights that are missing count up from 0 instead, as the golden case's do.
    """

    graph: TwoHeadGraph
    point: Point
    name: str = "the golden case"
    seed: int = 0
    counts: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the setting as JSON values."""
        return {"name": self.name, "graph": self.graph.to_json(), "point": self.point.to_json()}

    def changed(self, **options: Any) -> Setting:
        """Return the setting with some of its graph's fields changed; values that no longer fit are drawn."""
        graph = self.graph.changed(**options)
        kept = {axis: size for axis, size in self.point.sizes.items() if axis in graph.axes}
        new = draw_setting(graph, {**usual_sizes(graph), **kept}, self.seed, name=self.name)
        drawn = dict(new.point.values)
        if self.counts:
            drawn |= {name: _counted(drawn[name]) for name in graph.variables}
        return replace(self, graph=graph, point=Point(new.point.sizes, {**drawn, **_fitting(self.point, new.point)}))

    def with_values(self, **values: Array) -> Setting:
        """Return the setting with some of the point's values changed."""
        return replace(self, point=Point(self.point.sizes, {**self.point.values, **values}))


def golden_setting(**options: Any) -> Setting:
    """Return the golden case, or one that differs from it by some of the graph's fields."""
    golden = Setting(GOLDEN_GRAPH, golden_point(), counts=True)
    return replace(golden.changed(**options), name="the golden case, changed") if options else golden


def _counted(value: Array) -> Array:
    """Count through a weight's entries, as the golden case does."""
    return np.arange(float(value.size)).reshape(value.shape)


def usual_sizes(graph: TwoHeadGraph) -> Sizes:
    """Return sizes that are small enough to be read, and all of which differ from 1."""
    return {axis: 3 if axis == "vocabulary" else 2 for axis in graph.axes}


def draw_setting(graph: TwoHeadGraph, sizes: Sizes, seed: int, *, name: str) -> Setting:
    """Draw whole numbers at which nothing is rounded, as large as that allows up to four.

    Raises:
        UsageError: Not even ones are exact at these sizes, or a size is wrong.
    """
    bound = _LARGEST
    while bound:
        point = draw_integers(graph, sizes, 1, bound=bound, seed=seed)[0]
        if largest_sum(graph, point) < _HELD[graph.dtype]:
            return Setting(graph, point, name, seed)
        bound //= 2
    raise UsageError(f"no whole numbers are exact in {graph.dtype} at these sizes: give smaller ones, or dtype=float64")


def draw_generic(graph: TwoHeadGraph, sizes: Sizes, seed: int, *, name: str) -> Setting:
    """Draw values of which none is special."""
    return Setting(graph, draw(graph, sizes, 1, seed=seed)[0], name, seed)


def largest_sum(graph: TwoHeadGraph, point: Point) -> float:
    """Bound every partial sum of every gradient: with all terms positive and stops open nothing cancels."""
    open_graph = graph.changed(wiring=Wiring.CHAINED) if graph.wiring is Wiring.STOPPED else graph
    algebra = Algebra(open_graph, max(1, point.sizes["batch"]))
    lines = [*algebra.forward(), *algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    values = work_out(lines, given_at({name: _positive(name, value) for name, value in point.values.items()}))
    losses = 1.0 + sum(_total(values[loss.key]) for loss in LOSS.values())
    return max(_total(values[line.left.key]) for line in lines) * losses


def _positive(name: str, value: Array) -> Array:
    # A loss is a function of output - labels: negative labels make that a sum.
    return -np.abs(value) if name.startswith("labels") else np.abs(value)


def _total(value: Any) -> float:
    return float(np.sum(np.abs(np.asarray(value, dtype=np.float64))))


def _fitting(old: Point, new: Point) -> Mapping[str, Array]:
    """Return the old values that have the shapes of the new ones."""
    return {
        name: value
        for name, value in old.values.items()
        if name in new.values and np.shape(value) == np.shape(new.values[name])
        and (name != "ids" or np.all(value < new.sizes["vocabulary"]))
    }  # fmt: skip
