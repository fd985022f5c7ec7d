"""Accumulating micro-batches: means add up to the mean of all only if each is weighted by its share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines import engines, wrap_of
from gradcheck.flow.cell import Kind
from gradcheck.gradient import Array, Gradient, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import loss1, loss2
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import LOSS, Line, given_at, work_out
from gradcheck.proofs.case import Case, derive, read_numbers, with_facts
from gradcheck.proofs.falsify import plant_lies, tried
from gradcheck.proofs.formula import Formula, Name, Number, Partial, Value, exactly
from gradcheck.proofs.joint import JOINT, JOINT_LOSS, claim_line, joint_line, lines_for
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES, OnWholeNumbers, names_in, why_empty, with_variables
from gradcheck.proofs.setting import Setting, draw_setting, golden_setting
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.walk import Fact
from gradcheck.transforms._function import Function
from gradcheck.transforms._joint import Batch, Gradients, Joint, added
from gradcheck.trial import Check, Trial

PARTS = (1, 1, 2, 4)  # with 8 examples all shares are powers of two, so that nothing is rounded
BATCH = sum(PARTS)
MEANS = [Name(f"part{i}", "M", str(i)) for i in range(1, len(PARTS) + 1)]
CUTS = [Name(f"cotangent{i}", "c", str(i)) for i in range(1, len(PARTS) + 1)]
ACCUMULATED = Name("accumulated", "A")
_FORMULA = loss1 + loss2
_FORMULAS = (loss1, loss2, _FORMULA)
# What each micro-batch's mean is weighted by: its share of the batch, or all alike.
_BY_SHARE = [Fraction(part, BATCH) for part in PARTS]
_ALIKE = [Fraction(1, len(PARTS)) for _ in PARTS]


def _accumulating(shares: Sequence[Fraction]) -> Function:
    """Return the transform that differentiates each micro-batch and adds the weighted gradients."""

    def run(joint: Joint, batch: Batch) -> Gradients:
        total: Gradients = [None] * len(joint.variables)
        for end, size, share in zip(accumulate(PARTS), PARTS, shares, strict=True):
            if not share:
                continue
            part = {name: value[end - size : end] for name, value in batch.items()}
            gradients = joint.gradient(lambda part=part: joint(part))  # type: ignore[misc]  # bound now, not later
            total = added(total, [None if g is None else g * float(share) for g in gradients])
        return total

    return Function("micro-batches", "", "", run)


WEIGHTED, AVERAGED = _accumulating(_BY_SHARE), _accumulating(_ALIKE)
# Each micro-batch by itself.
ALONE = [_accumulating([Fraction(int(i == place)) for i in range(len(PARTS))]) for place in range(len(PARTS))]


@register_proof
class Accumulation(OnWholeNumbers):
    """Why averaging unequal micro-batches is wrong."""

    name = "accumulation"
    title = "Unequal micro-batches"
    claim = (
        "The gradient of a mean over a batch is the sum of the micro-batches' mean gradients, each weighted by its "
        "share of the batch; averaging them weighs the examples of a small micro-batch too much."
    )
    equation = "grad(mean over B) = sum over k of |B_k|/|B| * grad(mean over B_k)"
    premise = "Each micro-batch of 1, 1, 2 and 4 examples is weighted by its share: 1/8, 1/8, 2/8 and 4/8."
    removal = "The four mean gradients are averaged: each is weighted by 1/4."
    reason = "An example of the first micro-batch now counts 1/4, one of the last 1/16, where each must count 1/8."
    falsified_by = "One bit in which the weighted sum differs from the gradient of the whole batch."
    order = 8

    def usual(self) -> Setting:
        golden = golden_setting(reduction="mean")
        sizes = {**golden.point.sizes, "batch": BATCH, "vocabulary": BATCH}
        new = draw_setting(golden.graph, sizes, 0, name="the golden case, averaged over eight examples", old=golden)
        table = np.arange(1.0, 3.0 * BATCH + 1).reshape(BATCH, 3)
        return new.with_values(embedding=table, ids=np.arange(BATCH, dtype=np.int32))

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return with_variables(super().fit(graph).changed(reduction="mean"), "head2")

    def why_not(self, setting: Setting) -> str | None:
        if setting.graph.reduction != "mean":
            return f"the losses are not averaged, as the reduction is {setting.graph.reduction}; it must be mean"
        if setting.point.sizes["batch"] != BATCH:
            return f"micro-batches of 1, 1, 2 and 4 examples need a batch of {BATCH}"
        return super().why_not(setting) or why_empty(setting.graph, "head2")

    def draw(self, graph: TwoHeadGraph, sizes: dict[str, int], seed: int, name: str) -> Setting:
        """Draw eight examples at which averaging is seen to be wrong."""
        for again in range(16):
            found = super().draw(graph, {**sizes, "batch": BATCH}, seed + 1000 * again, name)
            if _differ(found):
                break
        return found

    def show(self, case: Case) -> Steps:
        picture, named = draw_picture(case.graph, LOSSES), {**LOSSES, "joint": _FORMULA}
        own, transform = names_in(case.graph, "head2"), AVERAGED if case.broken else WEIGHTED
        lines, cuts = _lines(case, own), _cuts()
        claims = [claim_line(case.algebra, ACCUMULATED, w, JOINT) for w in own] if case.broken else []
        derivation = derive(case, lines, named, claims=claims, extra=cuts, found=_found(case, own, transform))

        gaps = _gaps(case) if case.broken else {}
        values = work_out(lines, {**given_at(case.setting.point.values), **cuts})

        def runs(trial: Trial) -> bool:
            return wrap_of(trial.engine) is not None and transform.why_not(trial.graph, trial.engine) is None

        def conclude(trial: Trial) -> Iterator[Check]:
            for w in trial.variables() if runs(trial) else ():
                whole, parts = trial.grad(_FORMULA, w), trial.transformed(transform, _FORMULA, w)
                yield Check(f"accumulated grad({_FORMULA}, {w}) = that of the batch", w, trial.identical(whole, parts))

        def because(trial: Trial) -> Iterator[Check]:
            for w, gap in gaps.items() if runs(trial) else ():
                whole = trial.grad(_FORMULA, w) + Gradient(np.asarray(gap, np.float64)[None])
                claim = f"by {w} the two sides differ by exactly 1/8*grad(M1) + 1/8*grad(M2) - 1/4*grad(M4)"
                yield Check(claim, w, trial.close(whole, trial.transformed(transform, _FORMULA, w)))

        def support(trial: Trial) -> Iterator[Check]:
            for w in own if runs(trial) else ():
                expected = np.asarray(values[Partial(ACCUMULATED, case.algebra.name(w)).key], np.float64)[None]
                compared = trial.identical(Gradient(expected), trial.transformed(transform, _FORMULA, w))
                yield Check(f"accumulated grad({_FORMULA}, {w}) is the number derived", w, compared)

        return Steps(
            picture,
            derivation,
            read_structure(case.graph, LOSSES, picture, [("loss2", w, Kind.CONNECTED) for w in own]),
            with_facts(
                read_numbers(
                    case, _FORMULAS, conclude, support, because=because, show=[(_FORMULA, w) for w in own]
                ),
                [_counts(broken=case.broken)],
            ),
            tried(case, self.fit, ["accumulation"], plant_lies(case, _FORMULAS, (_FORMULA, own[0]), conclude)),
        )  # fmt: skip


def _cuts() -> dict[str, Array]:
    """Return the cotangent of each micro-batch's mean: one over its size for its own examples, else 0."""
    found = {}
    for name, end, size in zip(CUTS, accumulate(PARTS), PARTS, strict=True):
        inside = [end - size <= i < end for i in range(BATCH)]
        found[name.key] = np.array([Fraction(1, size) if here else 0 for here in inside], dtype=object)
    return found


def _lines(case: Case, own: Sequence[str]) -> list[Line]:
    algebra = case.algebra
    passes, ends = algebra.backward(LOSS[2], 2), []
    for mean, cut in zip(MEANS, CUTS, strict=True):
        passes += algebra.backward(mean, 2, cut)
    for variable in own:
        w = algebra.name(variable)
        ends.append(joint_line(algebra, variable))
        right: Formula | None = None
        for mean, share in zip(MEANS, _ALIKE if case.broken else _BY_SHARE, strict=True):
            term = Number(share) * Partial(mean, w)
            right = term if right is None else right + term
        assert right is not None
        why = "all weighted alike" if case.broken else "each weighted by its share"
        ends.append(Line(Partial(ACCUMULATED, w), right, why))
        whole = Partial(JOINT, w)
        ends.append(
            Line(Partial(ACCUMULATED, w), _gap(whole, w), "the weights' differences from the shares", reason=True)
            if case.broken
            else Line(Partial(ACCUMULATED, w), whole, "that of the whole batch", concludes=True)
        )
    return lines_for(algebra, ends, passes, [JOINT_LOSS])


def _gap(whole: Formula, w: Name) -> Formula:
    """Add to a formula what averaging adds to the gradient: each mean's by how far its weight is off its share."""
    for mean, alike, share in zip(MEANS, _ALIKE, _BY_SHARE, strict=True):
        term = Number(abs(alike - share)) * Partial(mean, w)
        if alike != share:
            whole = whole + term if alike > share else whole - term
    return whole


def _gaps(case: Case) -> dict[str, Value]:
    """Work out by every variable what averaging adds: each example's gradient, by how much too much it counts."""
    algebra, too_much = case.algebra, Name("too much", "c")
    off = [(alike - share) / size for alike, share, size in zip(_ALIKE, _BY_SHARE, PARTS, strict=True)]
    given = given_at(case.setting.point.values)
    given[too_much.key] = np.repeat(np.array(off, dtype=object), PARTS)
    found: dict[str, Value] = {}
    for which in LOSS:
        values = work_out([*algebra.forward(), *algebra.backward(ACCUMULATED, which, too_much)], given)
        gradients = {w: values.get(Partial(ACCUMULATED, algebra.name(w)).key) for w in case.graph.variables}
        found |= {w: found.get(w, 0) + gradient for w, gradient in gradients.items() if gradient is not None}
    return found


def _counts(*, broken: bool) -> Fact:
    """Differentiate what is accumulated by each example's loss: what that example counts."""
    losses, shares = tf.Variable(tf.ones(BATCH, tf.float64)), _ALIKE if broken else _BY_SHARE
    with tf.GradientTape() as tape:
        means = [tf.reduce_mean(losses[end - size : end]) for end, size in zip(accumulate(PARTS), PARTS, strict=True)]
        total = tf.add_n([float(share) * mean for share, mean in zip(shares, means, strict=True)])
    counts = [Fraction(float(count)) for count in tape.gradient(total, losses)]
    expected = [share / size for share, size in zip(shares, PARTS, strict=True) for _ in range(size)]
    each = "1/4, 1/4, 1/8, 1/8 and four times 1/16" if broken else "1/8 each"
    found = ", ".join(map(str, counts))
    return Fact(f"the eight examples count {each}", found, counts == expected, "eager", reason=broken)


def _found(case: Case, own: Sequence[str], transform: Function) -> dict[str, Array]:
    """Return what TensorFlow accumulates, and each micro-batch's mean gradient, eagerly."""
    found: dict[str, Array] = {}
    eager = engines["eager"]
    computed = {ACCUMULATED: case.trial(eager, _FORMULAS).arena.transformed(transform, eager)}
    points = case.setting.point.stacked()
    computed |= {mean: one.differentiate(case.graph, points, eager) for mean, one in zip(MEANS, ALONE, strict=True)}
    for of, gradients in computed.items():
        for w in own:
            if not isinstance(gradients[w], Unconnected):
                found[Partial(of, case.algebra.name(w)).key] = exactly(np.asarray(gradients[w])[0])
    return found


def _differ(setting: Setting) -> bool:
    """Whether averaging is seen to be wrong in some variable of head 2."""
    case = Case(setting, broken=True)
    own = names_in(setting.graph, "head2")
    values = work_out(_lines(case, own), {**given_at(setting.point.values), **_cuts()})
    pairs = ((Partial(of, case.algebra.name(w)).key for of in (JOINT, ACCUMULATED)) for w in own)
    return any(not np.array_equal(values[left], values[right]) for left, right in pairs)
