"""Proofs: a claim about gradients shown in six steps, and shown to fall once its premise is removed.

Each proof is a file in `gradcheck.proofs.catalogue`, or shares one with those of the same idea.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from gradcheck.graph import TwoHeadGraph
from gradcheck.proofs.case import Case
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.walk import Derivation, Falsification, Numbers, Picture, Structure, Walk
from gradcheck.registry import Registry


@dataclass(frozen=True, eq=False)
class Steps:
    """What a proof shows of its claim; the claim itself is the first of the six."""

    picture: Picture
    derivation: Derivation
    structure: Structure
    numbers: Numbers
    falsification: Falsification = field(default_factory=Falsification)


class Proof(Protocol):
    """A claim about gradients that can be shown on any graph on which its premise holds.

    Attributes:
        name: How the command line names it.
        title: What it is called.
        claim: What it claims, for a person.
        equation: What it claims, for a reader of formulas.
        premise: What must be given.
        removal: How the premise is removed.
        reason: Why the conclusion then falls.
        falsified_by: What would prove it false.
        order: Where it stands in a course.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def claim(self) -> str: ...
    @property
    def equation(self) -> str: ...
    @property
    def premise(self) -> str: ...
    @property
    def removal(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def falsified_by(self) -> str: ...
    @property
    def order(self) -> int: ...

    def usual(self) -> Setting:
        """Return where it is looked at if nothing else is asked for: the golden case, as far as that goes."""

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        """Return the nearest graph on which the premise holds."""

    def why_not(self, setting: Setting) -> str | None:
        """Return why the premise does not hold at a setting, or ``None`` where it does."""

    def draw(self, graph: TwoHeadGraph, sizes: dict[str, int], seed: int, name: str) -> Setting:
        """Draw a point of a graph."""

    def remove(self, setting: Setting) -> Setting:
        """Return the setting without the premise: the same one where the premise is no matter of it."""

    def show(self, case: Case) -> Steps:
        """Derive, trace, compute and try to falsify."""


proofs: Registry[Proof] = Registry("proof", "gradcheck.proofs.catalogue", "gradcheck.proofs")

P = TypeVar("P")


def register_proof(proof: type[P]) -> type[P]:
    """Register an instance of the decorated class."""
    proofs.add(proof())  # type: ignore[arg-type]  # the registry's protocol is checked where it is used
    return proof


def in_order() -> list[Proof]:
    """Return all proofs as a course has them."""
    return sorted(proofs, key=lambda proof: (proof.order, proof.name))


def walk_through(proof: Proof, case: Case) -> Walk:
    """Walk through a proof: six steps as plain values.

    Args:
        proof: Which.
        case: Where, on which engines, and whether the premise is removed first.
    """
    if case.broken:
        case = Case(proof.remove(case.setting), True, case.engines, 0)
    steps = proof.show(case)
    falsification = replace(steps.falsification, by=proof.falsified_by)
    removal, reason = (proof.removal, proof.reason) if case.broken else ("", "")
    return Walk(
        proof.name, proof.title, proof.claim, proof.equation, proof.premise, removal, reason, case.setting.to_json(),
        steps.picture, steps.derivation, steps.structure, steps.numbers, falsification,
    )  # fmt: skip
