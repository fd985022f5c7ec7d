"""One gradient, however it is computed."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.engines import Engine
from gradcheck.gradient import first
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import Expression, Objective, a, as_objective, b, loss1, loss2, stop, u
from gradcheck.trial import Check, Trial


@register_law
class Batched:
    """A stack of points and each of them alone are the same computation."""

    name = "batched"
    sentence = "Points computed together get the gradients that each gets alone."
    equation = "stacked(points)[i] = alone(points[i])"
    needs = (loss1, loss2, loss1 + loss2, loss1 * loss2)
    identity = True
    asks_further = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None

    def judge(self, trial: Trial) -> Iterator[Check]:
        alone = trial.at(trial.arena.one_by_one())
        for objective in map(as_objective, self.needs):
            for w in trial.variables():
                compared = alone.close(first(trial.grad(objective, w), len(alone.points)), alone.grad(objective, w))
                yield Check(f"grad({objective}, {w}) together = alone", w, compared)


@register_law
class Agreement:
    """Eager, graph, compiled, TensorFlow 1 and forward mode are five ways to one number."""

    name = "agreement"
    sentence = "Every engine agrees with every other, in numbers and in what is absent."
    equation = "engine.grad(f, w) = other.grad(f, w)"
    needs: tuple[Expression | Objective, ...] = (
        loss1,
        loss2,
        loss1 + loss2,
        loss1 * loss2,
        stop(loss1) * loss2,
        a * loss1 + b * loss2,
        loss2.pulled_by(u),
    )
    identity = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if engine.sees_absence else "differences have a law of their own: numeric"

    def judge(self, trial: Trial) -> Iterator[Check]:
        for other in trial.peers:
            if other.name == trial.engine.name or not other.sees_absence:
                continue
            for objective in map(as_objective, self.needs):
                for w in trial.variables():
                    expected, found = trial.by(other).grad(objective, w), trial.grad(objective, w)
                    claim = f"grad({objective}, {w}) by {trial.engine.name} = by {other.name}"
                    yield Check(claim, w, trial.close(expected, found))
