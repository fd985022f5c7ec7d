"""Transforms that are one Python function of a batch, run as each engine runs functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gradcheck.engines import Engine, Wrap, wrap_of
from gradcheck.engines._program import make_variables
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Point, Points
from gradcheck.transforms import Transformed, transforms
from gradcheck.transforms._joint import BATCH, Batch, Gradients, Joint, batch_of, batch_signature, collected

Run = Callable[[Joint, Batch], Gradients]
WhyNot = Callable[[TwoHeadGraph, Engine], "str | None"]


def always(_graph: TwoHeadGraph, _engine: Engine) -> str | None:
    """Run on every graph and engine."""
    return None


def traced(reason: str) -> WhyNot:
    """Run only on engines that trace, for ``reason``."""

    def refuse(_graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if engine.traced else reason

    return refuse


@dataclass(frozen=True, eq=False)
class Function:
    """A transform that is a function.

    Attributes:
        run: Takes the joint loss and a batch, returns the gradient by every variable.
        compiled: Whether XLA compiles it too, which it does anew for every shape.
        refuses: Why it cannot be run on a graph and an engine.
    """

    name: str
    sentence: str
    equation: str
    run: Run
    compiled: bool = False
    exact: bool = False
    least_batch: int = 0
    refuses: WhyNot = always
    half: bool = False
    when_named: str | None = None

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if engine.compiles_shapes and not self.compiled:
            return "compiling anew for every shape is kept for recompute, which XLA could undo"
        return self.refuses(graph, engine)

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        wrap = wrap_of(engine)
        assert wrap is not None, f"engine {engine.name} runs no Python function"
        program = _program(self.run, graph, wrap)
        return collected(graph, [program(point) for point in points])


class Program:
    """A function of a batch with its variables: traced once, used for every size."""

    def __init__(self, run: Run, graph: TwoHeadGraph, wrap: Wrap) -> None:
        self._graph = graph
        self._joint = Joint(graph, make_variables(graph, 0))

        def call(*inputs: Any) -> Gradients:
            return run(self._joint, dict(zip(BATCH, inputs, strict=True)))

        self._call = wrap(call, batch_signature(graph))

    def __call__(self, point: Point) -> Gradients:
        """Differentiate at one point."""
        for name, variable in self._joint.variables.items():
            variable.assign(point.values[name].astype(self._graph.dtype))
        return list(self._call(*batch_of(self._graph, point).values()))


@lru_cache(maxsize=1024)
def _program(run: Run, graph: TwoHeadGraph, wrap: Wrap) -> Program:
    return Program(run, graph, wrap)


def transform(name: str, sentence: str, equation: str, **facts: Any) -> Callable[[Run], Run]:
    """Register the decorated function as a transform; ``facts`` are `Function`'s attributes."""

    def register(run: Run) -> Run:
        transforms.add(Function(name, sentence, equation, run, **facts))
        return run

    return register
