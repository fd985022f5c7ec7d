"""What adding a loss does: nothing, to a variable that it does not reach; and when a joint loss is simply enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gradcheck.flow.cell import Kind
from gradcheck.golden import GOLDEN_GRAPH, W1
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.laws import laws
from gradcheck.objective import Expression, loss1, loss2
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import LOSS, Line
from gradcheck.proofs.case import Case, derive, read_numbers
from gradcheck.proofs.falsify import plant_lies, tried
from gradcheck.proofs.formula import Name, exactly
from gradcheck.proofs.joint import JOINT, claim_line, joint_lines, lines_for, summed, why_absent
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import (
    LOSSES,
    OnWholeNumbers,
    absent_check,
    gap_check,
    names_in,
    why_empty,
    with_variables,
)
from gradcheck.proofs.setting import Setting, draw_setting, golden_setting, vanishes
from gradcheck.proofs.structure import read_structure
from gradcheck.trial import Check, Trial

LEAKY = Name("leaky", "L", "1′")


@register_proof
class SumRule(OnWholeNumbers):
    """The seed's first claim: grad(loss1 + loss2, w2) = grad(loss2, w2)."""

    name = "sum-rule"
    title = "The sum rule"
    claim = "Adding a loss that does not reach a variable leaves the variable's gradient as it was, bit for bit."
    equation = "grad(loss1 + loss2, w2) = grad(loss2, w2)"
    premise = "No path runs from w2, a variable of head 2, to loss1."
    removal = "loss1 gets a term that reads head 2: loss1 + loss2 stands in its place."
    reason = "A path now runs from w2 to loss1, so its term is no longer absent: the gradients differ by exactly that."
    falsified_by = "One bit in which the joint gradient by w2 differs from that of loss2 alone."
    order = 1

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph), "head2")

    def why_not(self, setting: Setting) -> str | None:
        return super().why_not(setting) or why_empty(setting.graph, "head2")

    def show(self, case: Case) -> Steps:
        first: Expression = loss1 + loss2 if case.broken else loss1
        losses, formulas = {"loss1": first, "loss2": loss2}, [first, loss2, first + loss2]
        own = names_in(case.graph, "head2")
        picture = draw_picture(case.graph, losses)
        apart = [] if case.broken else [("loss1", w, Kind.INDEPENDENT) for w in own]
        leaks = [("loss1", w, Kind.CONNECTED) for w in own] if case.broken else []
        expected = [*apart, *(("loss2", w, Kind.CONNECTED) for w in own)]

        def conclude(trial: Trial) -> Iterator[Check]:
            for w in own:
                alone, joint = trial.grad(loss2, w), trial.grad(first + loss2, w)
                yield Check(f"grad({first} + loss2, {w}) = grad(loss2, {w})", w, trial.identical(alone, joint))

        def because(trial: Trial) -> Iterator[Check]:
            for w in own if case.broken else ():
                yield gap_check(trial, w, loss2, first, first + loss2)

        def support(trial: Trial) -> Iterator[Check]:
            for w in () if case.broken else own:
                yield from absent_check(trial, loss1, w)
            if not case.broken and case.graph == GOLDEN_GRAPH:
                yield from laws["golden"].judge(trial)

        show = [(formula, w) for w in own for formula in formulas]
        claims = [claim_line(case.algebra, JOINT, w, LOSS[2]) for w in own] if case.broken else []
        named = {"loss2": loss2, "joint": first + loss2, "leaky": first}
        derivation = derive(case, _sum_lines(case, own), named, claims=claims)
        return Steps(
            picture,
            replace(derivation, remark=_figures(case)),
            read_structure(case.graph, losses, picture, expected, because=leaks),
            read_numbers(case, formulas, conclude, support, because=because, show=show),
            tried(case, self.fit, ["addition"], plant_lies(case, formulas, (first + loss2, own[0]), conclude)),
        )


def _figures(case: Case) -> str:
    """Say where the golden case's figures come from: each is a product that can be followed by hand."""
    if case.graph != GOLDEN_GRAPH or case.broken:
        return ""
    (x,), weight = (exactly(case.setting.point.values[name]) for name in ("embedding", W1))
    sums = [" + ".join(f"{a}*{b}" for a, b in zip(x, column, strict=True)) for column in weight.T]
    figures = ", ".join(f"{x @ column} = {words}" for column, words in zip(weight.T, sums, strict=True))
    return f"Row i of the gradient is Y₁'s i-th output, five times: {figures}."


def _sum_lines(case: Case, own: list[str]) -> list[Line]:
    algebra = case.algebra
    first = LEAKY if case.broken else LOSS[1]
    defined = [Line(LEAKY, LOSS[1] + LOSS[2], "the leak")] if case.broken else []
    defined.append(Line(JOINT, first + LOSS[2], "the joint loss"))
    passes, ends = algebra.backward(LOSS[2], 2), []
    for w in own:
        absent = None if case.broken else why_absent(algebra, 1, w)
        if case.broken:
            terms = {LOSS[1]: why_absent(algebra, 1, w), LOSS[2]: None}
            ends.append(summed(algebra, LEAKY, w, terms))
        line = summed(algebra, JOINT, w, {first: absent, LOSS[2]: None})
        ends.append(replace(line, concludes=not case.broken, reason=case.broken))
    return lines_for(algebra, ends, passes, defined)


@register_proof
class IndependentHeads(OnWholeNumbers):
    """The seed's last claim: heads that do not read each other can simply share a loss."""

    name = "independent-heads"
    title = "Independent heads"
    claim = "Where neither head reads the other, the joint loss gives each head the gradient of its own loss."
    equation = "grad(loss1 + loss2, w1) = grad(loss1, w1) and grad(loss1 + loss2, w2) = grad(loss2, w2)"
    premise = "Both heads read the trunk, and neither reads the other: the wiring is parallel."
    removal = "Head 2 reads head 1's output: the wiring is chained."
    reason = "loss2 now reaches w1 through head 2: the joint gradient by w1 is off by exactly grad(loss2, w1)."
    falsified_by = "One bit in which the joint gradient by a head's variable differs from that of its own loss."
    order = 5

    def usual(self) -> Setting:
        return golden_setting(wiring=Wiring.PARALLEL)

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph).changed(wiring=Wiring.PARALLEL), "head1", "head2")

    def why_not(self, setting: Setting) -> str | None:
        if setting.graph.wiring is not Wiring.PARALLEL:
            return f"head 2 reads head 1, as the wiring is {setting.graph.wiring.value}; it must be parallel"
        return super().why_not(setting) or why_empty(setting.graph, "head1", "head2")

    def remove(self, setting: Setting) -> Setting:
        kept = setting.changed(wiring=Wiring.CHAINED)
        if setting.counts or not vanishes(kept.graph, kept.point):
            return kept
        return draw_setting(kept.graph, kept.point.sizes, setting.seed, name=setting.name)

    def show(self, case: Case) -> Steps:
        joint = loss1 + loss2
        heads = {1: names_in(case.graph, "head1"), 2: names_in(case.graph, "head2")}
        owned = [
            (w, loss, other) for which, loss, other in ((1, loss1, loss2), (2, loss2, loss1)) for w in heads[which]
        ]
        picture = draw_picture(case.graph, LOSSES)
        apart = [("loss1", w, Kind.INDEPENDENT) for w in heads[2]]
        apart += [] if case.broken else [("loss2", w, Kind.INDEPENDENT) for w in heads[1]]
        leaks = heads[1] if case.broken else []

        def conclude(trial: Trial) -> Iterator[Check]:
            for w, own, _ in owned:
                compared = trial.identical(trial.grad(own, w), trial.grad(joint, w))
                yield Check(f"grad({joint}, {w}) = grad({own}, {w})", w, compared)

        def because(trial: Trial) -> Iterator[Check]:
            for w in leaks:
                yield gap_check(trial, w, loss1, loss2, joint)

        def support(trial: Trial) -> Iterator[Check]:
            for w, _, other in owned:
                if w not in leaks:
                    yield from absent_check(trial, other, w)

        formulas = [loss1, loss2, joint]
        lines = joint_lines(case.algebra, [w for w, *_ in owned], concludes=True, because=leaks)
        claims = [claim_line(case.algebra, JOINT, w, LOSS[1]) for w in leaks]
        show = [(formula, w) for w, own, _ in owned for formula in (own, joint)]
        return Steps(
            picture,
            derive(case, lines, {**LOSSES, "joint": joint}, claims=claims),
            read_structure(case.graph, LOSSES, picture, apart, because=[("loss2", w, Kind.CONNECTED) for w in leaks]),
            read_numbers(case, formulas, conclude, support, because=because, show=show),
            tried(case, self.fit, [self.name], plant_lies(case, formulas, (joint, owned[0][0]), conclude)),
        )
