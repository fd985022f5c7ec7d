"""Two ways to let each loss train its own head: lists of variables, which cut nothing, and a stop, which does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradcheck.flow.cell import Kind
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.objective import loss1, loss2
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import LOSS, Line
from gradcheck.proofs.case import Case, derive, read_numbers, told, with_facts, with_setting
from gradcheck.proofs.falsify import plant_lies, tried
from gradcheck.proofs.formula import Partial
from gradcheck.proofs.joint import JOINT, claim_line, joint_lines, lines_for
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import (
    LOSSES,
    OnWholeNumbers,
    by_hand,
    gap_check,
    names_in,
    why_empty,
    with_variables,
)
from gradcheck.proofs.setting import Setting, golden_setting
from gradcheck.proofs.structure import find_cell, read_structure
from gradcheck.proofs.trained import BY, adam, applied, by_adam, first_step, from_start, stands_still, training
from gradcheck.proofs.walk import Derivation, Fact
from gradcheck.training.history import History
from gradcheck.training.laws import Training
from gradcheck.training.laws.agreement import agree
from gradcheck.trial import Check, Trial

_UNCUT = from_start("joint-uncut")


@register_proof
class VarList(OnWholeNumbers):
    """The seed's answer: a list restricts what is updated, and cuts nothing."""

    name = "var-list"
    title = "A list of variables"
    claim = (
        "A variable outside every list stays as it was, and Adam's first step moves each listed weight by the learning "
        "rate; yet a list cuts nothing: loss2's gradient by w1 is there all the same."
    )
    equation = "w not in var_list => w[k] = w[0];  grad(loss2, w1) is not None"
    premise = "Each loss's gradients are applied to its own head's variables alone; head 2 reads head 1's output."
    removal = "loss2's list is one variable too wide, as params[:1] + params[2:] is: it holds the embedding too."
    reason = "loss2 reaches the embedding through both heads, and Adam moves it by that gradient."
    falsified_by = "One bit of the embedding that changes, or a gradient of loss2 by w1 that is absent."
    order = 3

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph).changed(wiring=Wiring.CHAINED), "head1", "head2")

    def why_not(self, setting: Setting) -> str | None:
        if setting.graph.wiring is not Wiring.CHAINED:
            return f"head 2 does not read head 1 uncut, as the wiring is {setting.graph.wiring.value}; give chained"
        return super().why_not(setting) or why_empty(setting.graph, "head1", "head2")

    def show(self, case: Case) -> Steps:
        head1, picture = names_in(case.graph, "head1"), draw_picture(case.graph, LOSSES)
        route = from_start("list-too-wide" if case.broken else "split-var-list")
        history = training(case.setting, adam()).history(route)
        outside = [name for name in case.graph.variables if not name.startswith("head")]
        leaks = [w for w in outside if case.broken]
        derivation = derive(case, _list_lines(case, head1, leaks), LOSSES)

        def reached(trial: Trial) -> Iterator[Check]:
            yield from by_hand(trial, derivation, LOSSES)

        numbers = read_numbers(case, [loss1, loss2], lambda _: iter(()), reached, show=[(loss2, w) for w in head1])
        return Steps(
            picture,
            derivation,
            read_structure(
                case.graph, LOSSES, picture, [("loss2", w, Kind.CONNECTED) for w in head1],
                because=[("loss2", w, Kind.CONNECTED) for w in leaks],
            ),
            with_facts(numbers, [*_trained(history, outside), *_leaked(history, derivation, leaks), *_rate()]),
            tried(case, self.fit, ["leak"], plant_lies(case, [loss1, loss2], (loss2, head1[0]), reached)),
        )  # fmt: skip


def _list_lines(case: Case, head1: list[str], leaks: list[str]) -> list[Line]:
    algebra, head2 = case.algebra, names_in(case.graph, "head2")
    why = {Partial(LOSS[2], algebra.name(w)) for w in leaks}
    wanted = why | {Partial(LOSS[2], algebra.name(w)) for w in (*head1, *head2)}
    wanted |= {Partial(LOSS[1], algebra.name(w)) for w in head1}
    passes = [
        replace(line, reason=line.left in why)
        for line in (*algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2))
    ]
    return lines_for(algebra, [line for line in passes if line.left in wanted], passes)


def _trained(history: History, outside: list[str]) -> Iterator[Fact]:
    for name in outside:
        for check in stands_still(history, name):
            yield told(check, BY, concludes=True)
    for name in history.values:
        if name not in outside:
            yield by_adam(history, name)


def _leaked(history: History, derivation: Derivation, leaks: list[str]) -> Iterator[Fact]:
    """Account for every move of what is outside of the lists: it is Adam's, by loss2's gradient."""
    derived = {line.key: line.value for line in derivation.lines}
    for name in leaks:
        yield applied(history, name, np.array(derived[f"loss2:{name}"]), f"grad(loss2, {name})")
        yield by_adam(history, name, reason=True)


def _rate() -> Iterator[Fact]:
    """Say what Adam's first step is for a gradient of 1, as the formula has it."""
    move = first_step(1.0)
    found = f"0.01 * 1 / (1 + 1e-8 / sqrt(0.001)) = {move:.9f}"
    yield Fact("a gradient of 1 moves a weight by 0.01 at Adam's first step", found, abs(move - 0.01) < 1e-8, "algebra")


@register_proof
class StopGradient(OnWholeNumbers):
    """Two routes to the same weights."""

    name = "stop-gradient"
    title = "stop_gradient against a list of variables"
    claim = (
        "A stop between the heads removes the path from w1 to loss2, so that the joint loss trains both heads as the "
        "lists do: the same gradients, and after each step the same weights, bit for bit."
    )
    equation = "stopped: grad(loss1 + loss2, w1) = grad(loss1, w1) and grad(loss1 + loss2, w2) = grad(loss2, w2)"
    premise = "Head 2 reads head 1's output through tf.stop_gradient."
    removal = "The stop is taken away, and the joint loss is applied to both heads as before."
    reason = (
        "loss2 reaches w1 again: the joint gradient by w1 is off by exactly grad(loss2, w1), and Adam moves w1 by it."
    )
    falsified_by = "One bit of a gradient or of a weight in which the two routes differ."
    order = 4

    def usual(self) -> Setting:
        return golden_setting(wiring=Wiring.STOPPED)

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph).changed(wiring=Wiring.STOPPED), "head1", "head2")

    def why_not(self, setting: Setting) -> str | None:
        if setting.graph.wiring is not Wiring.STOPPED:
            return f"no stop stands between the heads, as the wiring is {setting.graph.wiring.value}; give stopped"
        return super().why_not(setting) or why_empty(setting.graph, "head1", "head2")

    def remove(self, setting: Setting) -> Setting:
        return setting.changed(wiring=Wiring.CHAINED)

    def show(self, case: Case) -> Steps:
        joint, named = loss1 + loss2, {**LOSSES, "joint": loss1 + loss2}
        owned = [(w, own) for block, own in (("head1", loss1), ("head2", loss2)) for w in names_in(case.graph, block)]
        head1, picture = names_in(case.graph, "head1"), draw_picture(case.graph, LOSSES)
        chained = with_setting(case, case.setting.changed(wiring=Wiring.CHAINED))
        leaks = [w for w in head1 if case.broken]
        lines = joint_lines(case.algebra, [w for w, _ in owned], concludes=True, because=leaks)
        derivation = derive(case, lines, named, claims=[claim_line(case.algebra, JOINT, w, LOSS[1]) for w in leaks])

        def conclude(trial: Trial) -> Iterator[Check]:
            split = chained.trial(trial.engine, [loss1, loss2])
            for w, own in owned:
                compared = trial.identical(split.grad(own, w), trial.grad(joint, w))
                yield Check(f"grad(loss1 + loss2, {w}) = grad({own}, {w}) by a list", w, compared)

        def because(trial: Trial) -> Iterator[Check]:
            for w in leaks:
                yield gap_check(trial, w, loss1, loss2, joint)

        def support(trial: Trial) -> Iterator[Check]:
            yield from by_hand(trial, derivation, named)

        cut = [] if case.broken else [("loss2", w, Kind.BLOCKED) for w in head1]
        uncut = [("loss2", w, Kind.CONNECTED) for w in leaks]
        structure = read_structure(case.graph, LOSSES, picture, cut, because=uncut)
        numbers = read_numbers(
            case, [loss1, loss2, joint], conclude, support, because=because, show=[(joint, w) for w, _ in owned]
        )
        trained = training(chained.setting, adam())
        return Steps(
            picture,
            derivation,
            with_facts(structure, [] if case.broken else _cuts(case, head1)),
            with_facts(
                numbers,
                [*_same_weights(case, trained), *_uncut(trained, derivation, leaks), *_same_losses(case)],
            ),
            tried(
                case, self.fit, ["leak", "presence"],
                plant_lies(case, [loss1, loss2, joint], (joint, owned[0][0]), conclude),
            ),
        )  # fmt: skip


def _cuts(case: Case, head1: list[str]) -> Iterator[Fact]:
    for w in head1:
        kinds = [step.kind for step in find_cell(case.graph, LOSSES, "loss2", w).cuts]
        yield Fact(f"what cuts {w} from loss2 is one StopGradient", ", ".join(kinds), kinds == ["StopGradient"],
                   "traced graph")  # fmt: skip


def _same_weights(case: Case, trained: Training) -> Iterator[Fact]:
    """Train both ways from the same weights, and compare what is left after each step."""
    taken = _UNCUT if case.broken else from_start("stop-gradient")
    for check in agree(trained, taken, from_start("split-var-list")):
        yield told(check, BY, concludes=True)


def _uncut(trained: Training, derivation: Derivation, leaks: list[str]) -> Iterator[Fact]:
    """Account for every move of head 1: it is Adam's, by the joint gradient."""
    derived = {line.key: line.value for line in derivation.lines}
    for name in leaks:
        history = trained.history(_UNCUT)
        yield applied(history, name, np.array(derived[f"joint:{name}"]), "the joint gradient")
        yield by_adam(history, name, reason=True)


def _same_losses(case: Case) -> Iterator[Fact]:
    """Say that a stop changes no value."""
    stopped, chained = (
        with_setting(case, case.setting.changed(wiring=wiring)).trial(case.engines[0], [loss1]).arena.losses()
        for wiring in (Wiring.STOPPED, Wiring.CHAINED)
    )
    same = all(np.array_equal(left, right) for left, right in zip(stopped, chained, strict=True))
    yield Fact("a stop changes no loss", "the same" if same else "another", same, case.engines[0].name)
