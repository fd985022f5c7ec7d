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
from gradcheck.proofs.algebra import LOSS, Algebra, Line, given_at, work_out
from gradcheck.proofs.formula import Partial, Values
from gradcheck.proofs.rules import why_no_rule

_LARGEST = 4
_REDRAWS = 64
_HELD = {"float32": 2.0**24, "float64": 2.0**53}  # whole numbers below this are exact


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
        return draw_setting(graph, {**usual_sizes(graph), **kept}, self.seed, name=self.name, old=self)

    def with_values(self, **values: Array) -> Setting:
        """Return the setting with some of the point's values changed."""
        return replace(self, point=Point(self.point.sizes, {**self.point.values, **values}))


def golden_setting(**options: Any) -> Setting:
    """Return the golden case, or one that differs from it by some of the graph's fields."""
    golden = Setting(GOLDEN_GRAPH, golden_point(), counts=True)
    told = " and ".join(f"{field}={getattr(value, 'value', value)}" for field, value in options.items())
    return replace(golden.changed(**options), name=f"the golden case with {told}") if options else golden


def _counted(value: Array) -> Array:
    """Count through a weight's entries, as the golden case does."""
    return np.arange(float(value.size)).reshape(value.shape)


def usual_sizes(graph: TwoHeadGraph) -> Sizes:
    """Return sizes that are small enough to be read, and all of which differ from 1."""
    return {axis: 3 if axis == "vocabulary" else 2 for axis in graph.axes}


def draw_setting(graph: TwoHeadGraph, sizes: Sizes, seed: int, *, name: str, old: Setting | None = None) -> Setting:
    """Draw whole numbers at which nothing is rounded, as large as that allows up to four.

    A point at which some gradient happens to be zero shows little, and is drawn again.

    Args:
        graph: The structure.
        sizes: Of all axes.
        seed: Which numbers.
        name: What the setting is called.
        old: A setting whose values are kept wherever they fit, unless they are too large for the graph.

    Raises:
        UsageError: A layer or a loss has no rule, not even ones are exact at these sizes, or a size is wrong.
    """
    if (reason := why_no_rule(graph)) is not None:
        raise UsageError(reason)
    bound, found = _LARGEST, None
    while bound and found is None:
        for start in range(_REDRAWS):
            point = _kept(graph, draw_integers(graph, sizes, 1, bound=bound, seed=seed, start=start)[0], old)
            counts = old is not None and old.counts  # then it is the golden case, which is known to fit
            if not counts and largest_sum(graph, point) >= _HELD[graph.dtype]:
                break
            found = Setting(graph, point, name, seed, counts)
            if counts or not vanishes(graph, point):
                return found
        bound //= 2
    if found is None and old is not None:
        return draw_setting(graph, sizes, seed, name=name)
    if found is None:
        raise UsageError(
            f"no whole numbers are exact in {graph.dtype} at these sizes: give smaller ones, or dtype=float64"
        )
    return found


def _kept(graph: TwoHeadGraph, new: Point, old: Setting | None) -> Point:
    if old is None:
        return new
    drawn = dict(new.values)
    if old.counts:
        drawn |= {name: _counted(drawn[name]) for name in graph.variables}
    return Point(new.sizes, {**drawn, **_fitting(old.point, new)})


def vanishes(graph: TwoHeadGraph, point: Point) -> bool:
    """Whether some gradient that is there, or would be without a stop, has no entry but zeros."""
    values, lines = _work_out(_opened(graph), point)
    return not all(np.any(values[line.left.key] != 0) for line in lines if isinstance(line.left, Partial))


def draw_generic(graph: TwoHeadGraph, sizes: Sizes, seed: int, *, name: str) -> Setting:
    """Draw values of which none is special."""
    return Setting(graph, draw(graph, sizes, 1, seed=seed)[0], name, seed)


def largest_sum(graph: TwoHeadGraph, point: Point) -> float:
    """Bound every partial sum of every gradient: with all terms positive and stops open nothing cancels."""
    positive = Point(point.sizes, {name: _positive(name, value) for name, value in point.values.items()})
    values, _ = _work_out(_opened(graph), positive)
    losses = 1.0 + sum(_total(values[loss.key]) for loss in LOSS.values())
    steepest = max(_total(value) for key, value in values.items() if ":" in key)
    # The product of the losses has the largest gradient. Directions are sixteenths, and a mean's fractions are whole
    # numbers in units of what it divides by.
    units = point.sizes["batch"] ** 2 if graph.reduction == "mean" else 1
    return 16.0 * units * 4.0 * steepest * losses


def _opened(graph: TwoHeadGraph) -> TwoHeadGraph:
    return graph.changed(wiring=Wiring.CHAINED) if graph.wiring is Wiring.STOPPED else graph


def _work_out(graph: TwoHeadGraph, point: Point) -> tuple[Values, list[Line]]:
    algebra = Algebra(graph, max(1, point.sizes["batch"]))
    lines = [*algebra.forward(), *algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    return work_out(lines, given_at(point.values)), lines


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
