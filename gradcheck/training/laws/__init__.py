"""Statements about a step of training that must hold, one idea a file; a new one is a new file here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from gradcheck.errors import EngineError
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Point
from gradcheck.registry import Registry
from gradcheck.training.history import History
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.routes import Route, routes
from gradcheck.training.train import train
from gradcheck.trial import Check

REFERENCE = "split-var-list"


@dataclass(eq=False)
class Training:
    """A graph at a point, an optimizer and a mode; every route is trained at most once.

    Args:
        mode: ``"eager"``, ``"graph"`` or ``"v1"``, as engines are called.
        route: What is judged: the answer's route, or a negative control.
    """

    graph: TwoHeadGraph
    point: Point
    optimizer: Optimizer
    mode: str
    route: str = REFERENCE
    _histories: dict[str, History] = field(default_factory=dict)

    def history(self, route: Route | str | None = None) -> History:
        """Return what happened by a route; by the one under trial if none is given.

        Raises:
            EngineError: The optimizer or the route raised.
        """
        chosen = route if isinstance(route, Route) else routes[route or self.route]
        if chosen.name not in self._histories:
            try:
                found = train(self.graph, self.point, self.optimizer, chosen, self.mode)
            except Exception as error:  # whatever an optimizer raises is its verdict, not the end of the run
                lines = str(error).strip().splitlines() or [""]
                raise EngineError(
                    f"{self.optimizer} by route {chosen.name} on engine {self.mode} failed: "
                    f"{type(error).__name__}: {lines[0]}"
                ) from error
            self._histories[chosen.name] = found
        return self._histories[chosen.name]

    @property
    def left_out(self) -> list[str]:
        """Variables that no head's list holds."""
        return [name for name in self.graph.variables if not name.startswith(("head1/", "head2/"))]

    @property
    def listed(self) -> list[str]:
        """Variables of the two heads."""
        return [name for name in self.graph.variables if name not in self.left_out]


class StepLaw(Protocol):
    """A statement about a step.

    Attributes:
        name: How the command line names it.
        sentence: What it says, for a person.
        equation: What it says, for a reader of formulas.
    """

    @property
    def name(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def equation(self) -> str: ...

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        """Return why the law does not apply, or ``None`` where it does."""

    def judge(self, training: Training) -> Iterator[Check]:
        """Yield every comparison that the law makes, one entry a step."""


step_laws: Registry[StepLaw] = Registry("law", "gradcheck.training.laws")

L = TypeVar("L")


def register_step_law(law: type[L]) -> type[L]:
    """Register an instance of the decorated class."""
    step_laws.add(law())  # type: ignore[arg-type]  # the registry's protocol is checked where it is used
    return law
