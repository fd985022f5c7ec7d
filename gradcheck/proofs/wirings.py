"""One setting in each wiring, backward passes and all: what a learner switches between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gradcheck.engines import Engine
from gradcheck.flow.cell import Kind
from gradcheck.graph import Wiring
from gradcheck.objective import loss1, loss2
from gradcheck.proofs.algebra import LOSS, Line
from gradcheck.proofs.case import Case, derive, read_numbers
from gradcheck.proofs.joint import JOINT_LOSS, joint_lines
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES, by_hand
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.walk import Derivation, Numbers, Picture, Structure

_FORMULAS = {**LOSSES, "joint": loss1 + loss2}


@dataclass(frozen=True)
class Wired:
    """A setting in one wiring.

    Attributes:
        wiring: ``"chained"``, ``"stopped"`` or ``"parallel"``.
        setting: The graph and the point, as JSON values.
        picture: With the lanes of both losses.
        derivation: The forward pass, then the backward passes from loss1 and from loss2, then what each variable gets
            from the joint loss. A line's key says which tensor's cotangent it is, such as ``"loss2:head1/0"``.
        structure: Which loss reaches which variable.
        numbers: The gradients of both losses and of the joint one by every variable.
    """

    wiring: str
    setting: dict[str, Any]
    picture: Picture
    derivation: Derivation
    structure: Structure
    numbers: Numbers

    @property
    def holds(self) -> bool:
        """Whether every line and every fact is as it must be."""
        facts = (*self.derivation.facts, *self.structure.facts, *self.numbers.facts)
        return all(line.holds for line in self.derivation.lines) and all(fact.holds for fact in facts)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def across_wirings(setting: Setting, engines: Sequence[Engine]) -> tuple[Wired, ...]:
    """Return a setting in each wiring; weights that do not fit another wiring are drawn.

    Args:
        setting: Of polynomial layers and losses.
        engines: That compute the gradients; the first one shows entries.
    """
    settings = (setting.changed(wiring=wiring) for wiring in Wiring)
    return tuple(_wired(Case(one, engines=tuple(engines))) for one in settings)


def _wired(case: Case) -> Wired:
    picture = draw_picture(case.graph, LOSSES)
    expected = [
        (loss, w, Kind.CONNECTED) for loss in LOSSES for w in case.graph.variables if w in case.graph.reached_by(loss)
    ]
    derivation = derive(case, _lines(case), _FORMULAS)
    formulas = list(_FORMULAS.values())
    show = [(formula, w) for w in case.graph.variables for formula in formulas]
    return Wired(
        case.graph.wiring.value,
        case.setting.to_json(),
        picture,
        derivation,
        read_structure(case.graph, LOSSES, picture, expected),
        read_numbers(case, formulas, lambda trial: by_hand(trial, derivation, _FORMULAS), show=show),
    )


def _lines(case: Case) -> list[Line]:
    """Return every line that there is, needed or not."""
    algebra = case.algebra
    passes = [*algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    ends = (line for line in joint_lines(algebra, case.graph.variables, concludes=True) if line.concludes)
    return [*algebra.forward(), JOINT_LOSS, *passes, *ends]
