"""Ways to take a gradient in training that must leave it as it was, one a file; a new one is a new file here.

A transform never judges: it takes a graph, points and an engine, and returns the gradient of the joint loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from gradcheck.engines import Engine
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Points
from gradcheck.registry import Registry

Transformed = Mapping[str, "Array | Unconnected"]


class Transform(Protocol):
    """A way to compute the gradient of ``loss1 + loss2``.

    Attributes:
        name: How the command line names it, and the law that judges it.
        sentence: What it must leave as it was, for a person.
        equation: The same, for a reader of formulas.
        exact: Whether no rounding can differ, so that all bits must be the same.
        least_batch: The smallest batch it can take.
        half: Whether it computes in float16; it then gets points that float16 holds.
        when_named: Why it is judged only when it is named; ``None`` where it is cheap.
    """

    @property
    def name(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def equation(self) -> str: ...
    @property
    def exact(self) -> bool: ...
    @property
    def least_batch(self) -> int: ...
    @property
    def half(self) -> bool: ...
    @property
    def when_named(self) -> str | None: ...

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        """Return why it cannot be run on an engine that runs Python functions, or ``None`` where it can."""

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        """Return the gradient by every variable, taken at one point after the other."""


transforms: Registry[Transform] = Registry("transform", "gradcheck.transforms")

T = TypeVar("T")


def register_transform(transform: type[T]) -> type[T]:
    """Register an instance of the decorated class."""
    transforms.add(transform())  # type: ignore[arg-type]  # the registry's protocol is checked where it is used
    return transform
