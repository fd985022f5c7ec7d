"""No gradient is not a zero gradient: an optimizer goes on where it is given zeros, and stands still for None."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gradcheck.flow.cell import Kind
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, Objective, loss1, loss2, with_zeros
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import TABLE, Line
from gradcheck.proofs.case import Case, derive, read_numbers, told, with_facts
from gradcheck.proofs.falsify import plant_lies, tried
from gradcheck.proofs.formula import Formula, Name, Number, Partial, exactly
from gradcheck.proofs.joint import CLAIMED, JOINT, joint_lines
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import (
    LOSSES,
    OnWholeNumbers,
    absent_check,
    by_hand,
    names_in,
    why_empty,
    with_variables,
)
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.trained import BY, from_start, sgd, stands_still, training
from gradcheck.proofs.walk import Fact
from gradcheck.training.history import History
from gradcheck.trial import Check, Trial

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
RATE, DECAY, MOMENTUM = Number(HALF), Number(QUARTER), Number(HALF)
ZERO = Number(0)
_STEPS = (1, 2, 3)  # one that warms up, and two that are judged


@register_proof
class NoneIsNotZero(OnWholeNumbers):
    """What leaving a variable out has over giving it zeros."""

    name = "none-is-not-zero"
    title = "None is not zero"
    claim = (
        "A variable without a gradient is left alone, it and all that the optimizer keeps beside it; given a gradient "
        "of zeros it still moves, by momentum and by weight decay."
    )
    equation = "apply(None, w): w[k] = w[0];  apply(0, w): w[k+1] = w[k] + m*v[k], or w[k+1] = (1 - rate*decay)*w[k]"
    premise = "The embedding is in no list: the optimizer is given no gradient for it."
    removal = "Its gradient is replaced by zeros."
    reason = "Momentum carries on what an earlier step began, and weight decay shrinks whatever it is given."
    falsified_by = "One bit of a variable or a slot that changes without a gradient."
    order = 6

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph), "head1", "head2")

    def why_not(self, setting: Setting) -> str | None:
        return super().why_not(setting) or why_empty(setting.graph, "head1", "head2")

    def show(self, case: Case) -> Steps:
        warm = _as_warming_up(case)
        picture, own = draw_picture(case.graph, LOSSES), names_in(case.graph, "head2")
        runs = {words: _history(case, options) for words, options in _OPTIMIZERS.items()}
        named = {**LOSSES, "joint": loss1 + loss2}
        derivation = derive(warm, _lines(case), named, claims=_claims(case), found=_found(runs))

        def support(trial: Trial) -> Iterator[Check]:
            for w in own:
                yield from absent_check(trial, loss1, w)
                if trial.engine.sees_absence:
                    zeros = trial.zero(trial.grad(with_zeros(loss1), w))
                    yield Check(f"asked for zeros, grad(loss1, {w}) is 0", w, zeros)

        def derived(trial: Trial) -> Iterator[Check]:
            yield from by_hand(trial, derivation, named)

        formulas: list[Expression | Objective] = [loss1, with_zeros(loss1), loss2, loss1 + loss2]
        show = [(formula, w) for w in own[:1] for formula in (loss1, with_zeros(loss1))]
        return Steps(
            picture,
            derivation,
            read_structure(case.graph, LOSSES, picture, [("loss1", w, Kind.INDEPENDENT) for w in own]),
            with_facts(read_numbers(case, formulas, lambda _: iter(()), support, show=show), _moves(case, runs)),
            tried(
                case, self.fit, ["unconnected"],
                plant_lies(warm, formulas, (loss1 + loss2, "embedding"), derived),
            ),
        )  # fmt: skip


_OPTIMIZERS: Mapping[str, Mapping[str, float]] = {
    "momentum 1/2": {"momentum": 0.5},
    "weight decay 1/4": {"weight_decay": 0.25},
}


def _as_warming_up(case: Case) -> Case:
    """Return the case with the ids that training warms up on, which run through the table."""
    point = case.setting.point
    ids = (np.arange(point.sizes["batch"]) % point.sizes["vocabulary"]).astype(np.int32)
    return Case(case.setting.with_values(ids=ids), case.broken, case.engines, case.tries)


def _history(case: Case, options: Mapping[str, float]) -> History:
    """Take one step on the joint loss, and two for which the embedding is left out, or given zeros."""
    route = from_start("zero-masked" if case.broken else "split-var-list", warm_up=1)
    return training(case.setting, sgd(**options)).history(route)


def _moves(case: Case, runs: Mapping[str, History]) -> Iterator[Fact]:
    outside = [name for name in case.graph.variables if not name.startswith("head")]
    for words, history in runs.items():
        for name in outside:
            for check in stands_still(history, name):
                fact = told(check, BY, concludes=True)
                yield replace(fact, statement=f"with {words}, {fact.statement}")
            if case.broken:
                yield _moved(words, name, history.values[name])


def _moved(words: str, name: str, values: Array) -> Fact:
    """Demand that given zeros a variable moves by what momentum or decay makes of what was, and no further."""
    now, last = values[1:], values[:-1]
    momentum = "momentum" in words
    expected = (now[:-1] - last[:-1]) / 2 + now[:-1] if momentum else now[:-1] * 7 / 8
    holds = bool(np.array_equal(now[1:], expected))
    what = "by half of its last move" if momentum else "to 7/8 of what it was"
    return Fact(f"with {words}, zeros move {name} {what}", "exactly" if holds else "not so", holds, BY, reason=True)


def _found(runs: Mapping[str, History]) -> dict[str, object]:
    """Return what the embedding was after each step, by the names that lines have for it."""
    return {
        _after(letter, step).key: exactly(history.values["embedding"][step - 1])
        for letter, history in zip("ED", runs.values(), strict=True)
        for step in _STEPS
    }


def _after(letter: str, step: int) -> Name:
    return Name(f"{letter} after {step}", letter, str(step))


def _lines(case: Case) -> list[Line]:
    """Follow the embedding through three steps of each optimizer: E with momentum, D with weight decay."""
    gradient = Partial(JOINT, TABLE)
    velocity = [Name(f"velocity {step}", "V", str(step)) for step in _STEPS]
    ends = [Line(velocity[0], ZERO - RATE * gradient, "one step on the joint loss, with momentum")]
    ends.append(Line(_after("E", 1), TABLE + velocity[0], "it moves the embedding"))
    for step in _STEPS[1:]:
        before, after = _after("E", step - 1), _after("E", step)
        if case.broken:
            last, now = velocity[step - 2], velocity[step - 1]
            ends.append(Line(now, MOMENTUM * last - RATE * (ZERO * gradient), "a gradient of zeros keeps half"))
            ends.append(Line(after, before + now, "and the embedding moves on", reason=True))
        else:
            ends.append(Line(after, before, "no gradient: left alone", concludes=True))
    kept: Formula = Number(1 - HALF * QUARTER)
    ends.append(Line(_after("D", 1), kept * TABLE - RATE * gradient, "the same step with weight decay"))
    for step in _STEPS[1:]:
        before = _after("D", step - 1)
        right, why = (kept * before, "a gradient of zeros still decays") if case.broken else (before, "left alone")
        ends.append(Line(_after("D", step), right, why, concludes=not case.broken, reason=case.broken))
    return joint_lines(case.algebra, ["embedding"], concludes=False, more=ends)


def _claims(case: Case) -> list[Line]:
    """Claim that the embedding stays, which it does not where it is given zeros."""
    pairs = [(_after(letter, step), _after(letter, step - 1)) for letter in "ED" for step in _STEPS[1:]]
    return [Line(after, before, CLAIMED, concludes=True) for after, before in pairs if case.broken]
