"""What multiplying losses does: each example's gradient is weighted by the other loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradcheck.flow.cell import Kind
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, loss1, loss2, stop
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import EXAMPLES, LOSS, Algebra, Line, given_at, work_out
from gradcheck.proofs.case import Case, derive, read_numbers, told, with_setting
from gradcheck.proofs.catalogue.sums import LEAKY
from gradcheck.proofs.falsify import plant_lies, tried
from gradcheck.proofs.formula import Formula, Name, Partial, Stopped
from gradcheck.proofs.joint import claim_line, lines_for
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import (
    OnWholeNumbers,
    absent_check,
    by_hand,
    gap_check,
    names_in,
    why_empty,
    with_variables,
)
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.walk import Fact, Numbers
from gradcheck.trial import Check, Trial

PRODUCT, FIRST, SECOND = Name("product", "P"), Name("weighted", "S"), Name("swapped", "R")


@register_proof
class ProductRule(OnWholeNumbers):
    """The seed's second claim, in its sharp form, with its exceptions."""

    name = "product-rule"
    title = "The product rule"
    claim = (
        "Multiplied by a loss that does not reach w2, each example's gradient of loss2 is weighted by that example's "
        "loss1, as by a constant: it is another gradient, except where the weights are 1 or loss2 is flat."
    )
    equation = "grad(loss1 * loss2, w2) = grad(stop_gradient(loss1) * loss2, w2)"
    premise = "No path runs from w2, a variable of head 2, to loss1."
    removal = "loss1 gets a term that reads head 2: loss1 + loss2 stands in its place."
    reason = "The first factor now has a gradient of its own by w2: exactly grad(loss1*stop_gradient(loss2), w2) more."
    falsified_by = "One bit in which the product's gradient differs from that of the weighted loss2."
    order = 2

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph), "head2")

    def why_not(self, setting: Setting) -> str | None:
        return super().why_not(setting) or why_empty(setting.graph, "head2")

    def remove(self, setting: Setting) -> Setting:
        # The leaky product of the golden case is 73,988,475, which needs 27 bits: float32 has 24.
        return setting.changed(dtype="float64")

    def show(self, case: Case) -> Steps:
        first: Expression = loss1 + loss2 if case.broken else loss1
        product, weighted, swapped = first * loss2, stop(first) * loss2, first * stop(loss2)
        own, losses = names_in(case.graph, "head2"), {"loss1": first, "loss2": loss2}
        named = {"loss2": loss2, "product": product, "weighted": weighted, "swapped": swapped}
        picture = draw_picture(case.graph, losses)
        apart = [] if case.broken else [("loss1", w, Kind.INDEPENDENT) for w in own]
        leaks = [("loss1", w, Kind.CONNECTED) for w in own] if case.broken else []
        claims = [claim_line(case.algebra, PRODUCT, w, FIRST) for w in own] if case.broken else []
        derivation = derive(case, _lines(case, own), named, claims=claims)

        def conclude(trial: Trial) -> Iterator[Check]:
            for w in own:
                compared = trial.identical(trial.grad(weighted, w), trial.grad(product, w))
                yield Check(f"grad({product}, {w}) = grad({weighted}, {w})", w, compared)

        def because(trial: Trial) -> Iterator[Check]:
            for w in own if case.broken else ():
                yield gap_check(trial, w, weighted, swapped, product)

        def support(trial: Trial) -> Iterator[Check]:
            yield from by_hand(trial, derivation, named)
            for w in () if case.broken else own:
                yield from absent_check(trial, loss1, w)
                yield from _scaled(trial, w)

        formulas = [*named.values(), loss1]
        show = [(f, w) for w in own for f in ((weighted, swapped, product) if case.broken else (loss2, product))]
        numbers = read_numbers(case, formulas, conclude, support, because=because, show=show)
        exceptions = () if case.broken else tuple(_exceptions(case, own))
        return Steps(
            picture,
            derivation,
            read_structure(case.graph, losses, picture, apart, because=leaks),
            Numbers(numbers.readings, (*numbers.facts, *exceptions), (), "" if case.broken else _REMARK),
            tried(
                case, self.fit, ["product", "product-differs"],
                plant_lies(case, formulas, (product, own[0]), conclude),
            ),
        )  # fmt: skip


_REMARK = (
    "Losses that are not reduced are multiplied example by example, so that each example has a weight of its own; "
    "scalar losses give one weight for all. The exceptions are exact: weights that are all 1, a loss2 whose gradient "
    "is zero, and examples whose weighted gradients cancel."
)


def _lines(case: Case, own: list[str]) -> list[Line]:
    algebra = case.algebra
    first: Formula = LEAKY if case.broken else LOSS[1]
    defined = [Line(LEAKY, LOSS[1] + LOSS[2], "the leak")] if case.broken else []
    defined += [
        Line(PRODUCT, first * LOSS[2], "the product"),
        Line(FIRST, Stopped(first) * LOSS[2], "loss2, weighted by the value of loss1"),
    ]
    passes = [*algebra.backward(LOSS[2], 2), *algebra.backward(FIRST, 2, _weight(algebra, 1, leaky=case.broken))]
    if case.broken:
        defined.append(Line(SECOND, first * Stopped(LOSS[2]), "loss1, weighted by the value of loss2"))
        passes += algebra.backward(SECOND, 2, _weight(algebra, 2))
    ends = []
    for w in map(algebra.name, own):
        right: Formula = Partial(FIRST, w)
        right = right + Partial(SECOND, w) if case.broken else right
        why = "the product rule" if case.broken else f"∂L₁/∂{w.text()} is absent, and with it the other term"
        ends += [line for line in passes if line.left == Partial(LOSS[2], w)]
        ends.append(Line(Partial(PRODUCT, w), right, why, concludes=not case.broken, reason=case.broken))
    return lines_for(algebra, ends, passes, defined)


def _weight(algebra: Algebra, which: int, *, leaky: bool = False) -> Formula:
    """Return the cotangent of each example's loss2 in a product with another loss."""
    whole: Formula = LEAKY if leaky else LOSS[which]
    if algebra.graph.reduction == "none" and not leaky:
        return EXAMPLES[which]
    return algebra.share * whole if algebra.graph.reduction == "mean" else whole


def _scaled(trial: Trial, w: str) -> Iterator[Check]:
    """Demand of scalar losses that the product's gradient is loss1 times that of loss2."""
    if trial.graph.reduction != "none" and trial.engine.sees_absence:
        scaled = trial.arena.losses()[0] * trial.grad(loss2, w)
        yield Check(
            f"grad(loss1 * loss2, {w}) = loss1 * grad(loss2, {w})", w, trial.close(scaled, trial.grad(loss1 * loss2, w))
        )


# --- the exceptions ------------------------------------------------------------------------------


def _exceptions(case: Case, own: list[str]) -> Iterator[Fact]:
    """Look where the product's gradient is that of loss2 after all, and beside it."""
    engine = case.engines[0]
    flat = {"where loss1 is 1": _of_ones(case.setting), "where loss2 is flat": _flat(case.setting)}
    for where, setting in flat.items():
        if setting is not None:
            trial = with_setting(case, setting).trial(engine, [loss2, loss1 * loss2])
            for w in own:
                same = trial.identical(trial.grad(loss2, w), trial.grad(loss1 * loss2, w))
                yield told(Check(f"{where}, grad(loss1 * loss2, {w}) = grad(loss2, {w})", w, same), engine.name)
    other = "none" if case.graph.reduction != "none" else "sum"
    twin = case.setting.changed(reduction=other)
    trial = with_setting(case, twin).trial(engine, [loss1 * loss2, stop(loss1) * loss2])
    for w in own:
        kept = trial.identical(trial.grad(stop(loss1) * loss2, w), trial.grad(loss1 * loss2, w))
        words = "with vectors of losses" if other == "none" else "with scalar losses"
        claim = f"{words} too, grad(loss1 * loss2, {w}) = grad(stop_gradient(loss1) * loss2, {w})"
        yield told(Check(claim, w, kept), engine.name)


def _of_ones(setting: Setting) -> Setting:
    """Return the setting with labels at which loss1 is 1: of every example, or of their sum."""
    outputs = _output(setting, 1)
    labels = outputs.copy()
    labels[slice(0, 1) if setting.graph.reduction == "sum" else slice(None), -1] -= 1
    return setting.with_values(labels1=labels)


def _flat(setting: Setting) -> Setting | None:
    """Return the setting with labels at which a squared loss2 has no slope."""
    return setting.with_values(labels2=_output(setting, 2)) if setting.graph.loss2 == "squared_error" else None


def _output(setting: Setting, which: int) -> np.ndarray:
    algebra = Algebra(setting.graph, max(1, setting.point.sizes["batch"]))
    values = work_out(algebra.forward(), given_at(setting.point.values))
    return np.asarray(values[algebra.output(f"head{which}").key], dtype=np.float64)
