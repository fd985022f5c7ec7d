"""How gradients depend on the cotangent they are pulled by."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import a, b, loss2, u, v, zero
from gradcheck.trial import Check, Trial


@register_law
class CotangentLinearity:
    """A vjp is a linear map of its cotangent."""

    name = "cotangent-linearity"
    sentence = "The gradient is linear in the cotangent it is pulled by."
    equation = "vjp(loss2, a*u + b*v) = a*vjp(loss2, u) + b*vjp(loss2, v)"
    needs = (loss2.pulled_by(a * u + b * v), loss2.pulled_by(u), loss2.pulled_by(v))
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if graph.reached_by("loss2") else "loss2 reaches no variable"

    def judge(self, trial: Trial) -> Iterator[Check]:
        weights = trial.points.values
        for w in trial.variables(reached=["loss2"]):
            split = weights["a"] * trial.grad(loss2.pulled_by(u), w) + weights["b"] * trial.grad(loss2.pulled_by(v), w)
            joint = trial.grad(loss2.pulled_by(a * u + b * v), w)
            yield Check(
                f"vjp(loss2, a*u + b*v) by {w} = a*vjp(loss2, u) + b*vjp(loss2, v)", w, trial.close(split, joint)
            )


@register_law
class ZeroCotangent:
    """Nothing in, nothing out."""

    name = "zero-cotangent"
    sentence = "A zero cotangent gives exactly zero, which is not the absence of a gradient."
    equation = "vjp(loss2, 0) = 0"
    needs = (loss2.pulled_by(zero),)
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if graph.reached_by("loss2") else "loss2 reaches no variable"

    def judge(self, trial: Trial) -> Iterator[Check]:
        for w in trial.variables(reached=["loss2"]):
            yield Check(f"vjp(loss2, 0) by {w} = 0", w, trial.zero(trial.grad(loss2.pulled_by(zero), w)))
