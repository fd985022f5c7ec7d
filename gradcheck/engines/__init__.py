"""Ways to compute gradients, one a file; a new one is a new file here.

An engine never judges: it takes a graph, points and objectives, and returns gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol, TypeVar, cast

from gradcheck.gradient import Array, Slices, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Objective
from gradcheck.point import Points
from gradcheck.registry import Registry

Key = tuple[Objective, str]
Wrap = Callable[[Callable[..., Any], list[Any]], Callable[..., Any]]


class View(Enum):
    """How an engine shows a gradient."""

    ENTRIES = "entries"  # every entry: [points, *shape]
    DIRECTIONS = "directions"  # its product with each direction: [points, directions]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Gradients of every objective by every variable, at every point.

    Attributes:
        gradients: Arrays as the engine's `View` says, or `Unconnected`.
        slices: Where TensorFlow gave ``tf.IndexedSlices``, those of each point.
        doubt: For engines that approximate: how far each value may be off, of the values' shape.
        kinked: Points at which some layer has no derivative, shape ``[points]``; ``None`` where the
            engine does not look.
    """

    gradients: Mapping[Key, Array | Unconnected]
    slices: Mapping[Key, Sequence[Slices]] = field(default_factory=dict)
    doubt: Mapping[Key, Array] = field(default_factory=dict)
    kinked: Array | None = None


class Engine(Protocol):
    """A way to compute gradients.

    Attributes:
        name: How the command line names it.
        about: One line on what it runs.
        view: Whether it shows entries or products with directions.
        traced: Whether it traces with unknown dimensions, so that an absent gradient is absent for
            all values and shapes.
        sees_absence: Whether it can tell an absent gradient from a zero one.
        compiles_shapes: Whether new sizes cost a compilation.
        script: Source of a function of the engine's name, for scripts that need only TensorFlow.
    """

    @property
    def name(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def view(self) -> View: ...
    @property
    def traced(self) -> bool: ...
    @property
    def sees_absence(self) -> bool: ...
    @property
    def compiles_shapes(self) -> bool: ...
    @property
    def script(self) -> str: ...

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        """Differentiate.

        Args:
            graph: The structure.
            points: Of the same sizes.
            objectives: What is differentiated, each by every variable of the graph.
            stacked: Whether all points go through one call of the batched form; otherwise one by
                one through variables (``tf.Variable``) and ``tf.nn.embedding_lookup``, as a user's model does.
        """


engines: Registry[Engine] = Registry("engine", "gradcheck.engines")

E = TypeVar("E")
F = TypeVar("F", bound=Callable[..., Any])
_memories: list[Any] = []


def register_engine(engine: type[E]) -> type[E]:
    """Register an instance of the decorated class, which is made without arguments.

    Raises:
        UsageError: Another engine has that name.
    """
    engines.add(engine())  # type: ignore[arg-type]  # the registry's protocol is checked where it is used
    return engine


def wrap_of(engine: Engine) -> Wrap | None:
    """Return how the engine runs a Python function of tensors.

    An engine that can has a static method ``wrap``: it takes the function and its signature, with
    every dimension unknown, and returns what is called.
    """
    found: Wrap | None = getattr(engine, "wrap", None)
    return found


def remembered(make: F) -> F:
    """Remember what is traced of the last graphs, until `forget_traces` is called."""
    found = lru_cache(maxsize=256)(make)
    _memories.append(found)
    return cast(F, found)


def forget_traces() -> None:
    """Give back the memory of everything that engines have traced: some 20 MB a graph."""
    for found in _memories:
        found.cache_clear()


def by_key(objectives: Sequence[Objective], variables: Sequence[str]) -> list[Key]:
    """Return the keys of an evaluation, objective by objective."""
    return [(objective, variable) for objective in objectives for variable in variables]
