"""What adding losses does to gradients."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph, Wiring, block_of
from gradcheck.laws import register_law
from gradcheck.objective import a, b, loss1, loss2
from gradcheck.trial import Check, Trial


@register_law
class Addition:
    """The seed's first claim: loss1 does not reach w2, so adding it changes no bit there."""

    name = "addition"
    sentence = "Adding a loss that does not reach a variable leaves its gradient unchanged, bit for bit."
    equation = "grad(loss1 + loss2, w2) = grad(loss2, w2)"
    needs = (loss1 + loss2, loss2)
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        own = graph.reached_by("loss2") - graph.reached_by("loss1")
        return None if own else "every variable that loss2 reaches is reached by loss1 too"

    def judge(self, trial: Trial) -> Iterator[Check]:
        for w2 in trial.variables(reached=["loss2"], unreached=["loss1"]):
            joint, alone = trial.grad(loss1 + loss2, w2), trial.grad(loss2, w2)
            yield Check(f"grad(loss1 + loss2, {w2}) = grad(loss2, {w2})", w2, trial.identical(alone, joint))


@register_law
class Additivity:
    """Gradients of shared variables add up."""

    name = "additivity"
    sentence = "The gradient of the joint loss by a shared variable is the sum of the split gradients."
    equation = "grad(loss1 + loss2, w) = grad(loss1, w) + grad(loss2, w)"
    needs = (loss1 + loss2, loss1, loss2)
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None

    def judge(self, trial: Trial) -> Iterator[Check]:
        for w in trial.variables(reached=["loss1"]):
            joint, split = trial.grad(loss1 + loss2, w), trial.grad(loss1, w) + trial.grad(loss2, w)
            yield Check(f"grad(loss1 + loss2, {w}) = grad(loss1, {w}) + grad(loss2, {w})", w, trial.close(split, joint))


@register_law
class Linearity:
    """Weights of the losses carry over to the gradients."""

    name = "linearity"
    sentence = "The gradient of a weighted sum of losses is the weighted sum of their gradients."
    equation = "grad(a*loss1 + b*loss2, w) = a*grad(loss1, w) + b*grad(loss2, w)"
    needs = (a * loss1 + b * loss2, loss1, loss2)
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None

    def judge(self, trial: Trial) -> Iterator[Check]:
        weights = trial.points.values
        for w in trial.variables():
            weighted = weights["a"] * trial.grad(loss1, w) + weights["b"] * trial.grad(loss2, w)
            joint = trial.grad(a * loss1 + b * loss2, w)
            yield Check(
                f"grad(a*loss1 + b*loss2, {w}) = a*grad(loss1, {w}) + b*grad(loss2, {w})",
                w,
                trial.close(weighted, joint),
            )


@register_law
class IndependentHeads:
    """The seed's last claim: heads that do not read each other can simply share a loss."""

    name = "independent-heads"
    sentence = "Where neither head reads the other, each gets from the joint loss the gradient of its own."
    equation = "grad(loss1 + loss2, w1) = grad(loss1, w1) and grad(loss1 + loss2, w2) = grad(loss2, w2)"
    needs = (loss1 + loss2, loss1, loss2)
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if graph.wiring is not Wiring.PARALLEL:
            return "head 2 reads head 1"
        return None if graph.head1 or graph.head2 else "neither head has layers"

    def judge(self, trial: Trial) -> Iterator[Check]:
        for block, own in (("head1", loss1), ("head2", loss2)):
            for w in trial.graph.variables:
                if block_of(w) == block:
                    alone, joint = trial.grad(own, w), trial.grad(loss1 + loss2, w)
                    yield Check(f"grad(loss1 + loss2, {w}) = grad({own}, {w})", w, trial.identical(alone, joint))
