"""Statements about gradients that must hold, one idea a file; a new one is a new file here.

A law runs nothing: it asks a trial for gradients and compares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, Objective, as_objective
from gradcheck.registry import Registry
from gradcheck.trial import Check, Trial


class Law(Protocol):
    """A statement about gradients.

    Attributes:
        name: How the command line names it.
        sentence: What it says, for a person.
        equation: What it says, for a reader of formulas.
        needs: The formulas it differentiates.
        identity: Whether it is an equation that polynomials satisfy exactly, so that exact
            agreement on random integers proves it.
    """

    @property
    def name(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def equation(self) -> str: ...
    @property
    def needs(self) -> tuple[Expression | Objective, ...]: ...
    @property
    def identity(self) -> bool: ...

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        """Return why the law does not apply, or ``None`` where it does."""

    def judge(self, trial: Trial) -> Iterator[Check]:
        """Yield every comparison that the law makes."""


laws: Registry[Law] = Registry("law", "gradcheck.laws")

L = TypeVar("L")


def register_law(law: type[L]) -> type[L]:
    """Register an instance of the decorated class, which is made without arguments.

    Raises:
        UsageError: Another law has that name.
    """
    laws.add(law())  # type: ignore[arg-type]  # the registry's protocol is checked where it is used
    return law


def only_when_named(law: Law) -> str | None:
    """Return why the law is so costly that it is judged only when it is named, or ``None`` where it is not.

    Such a law says so in an attribute ``when_named``.
    """
    found: str | None = getattr(law, "when_named", None)
    return found


def takes_turns(law: Law) -> bool:
    """Whether the law traces for itself, so that it takes turns with others like it, and is judged on some graphs only.

    Such a law says so in an attribute ``takes_turns``; when it is named it is judged on all of them.
    """
    return bool(getattr(law, "takes_turns", False))


def asks_further(law: Law) -> bool:
    """Whether the law asks for more than what its engine gives at all points at once.

    Differences, another precision, another engine or points one by one cost many times as much, so that sweeps judge
    such a law at some points only. It says so in an attribute ``asks_further``.
    """
    return bool(getattr(law, "asks_further", False))


def all_objectives() -> tuple[Objective, ...]:
    """Return everything that some law differentiates: one trace for all laws."""
    return tuple(dict.fromkeys(as_objective(formula) for law in laws for formula in law.needs))
