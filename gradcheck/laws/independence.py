"""No method is checked against itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradcheck.compare import Comparison
from gradcheck.engines import Engine, View, engines
from gradcheck.gradient import Array, Gradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import loss1, loss2
from gradcheck.trial import Check, Trial, projected


@register_law
class OwnAnswer:
    """Differences and tangents are rounded in their own ways.

    An engine that looks along directions and gets, for every variable and in every direction, the
    very bits of the tape's gradient has not looked: it repeats the tape. Where nothing is rounded
    (few sums, whole numbers) bits may agree, so points count only where the tape itself is inexact.
    """

    name = "own-answer"
    sentence = "Directional engines compute their own answer: at a generic point not every bit is the tape's."
    equation = "engine.grad(f, w) . d != tape.grad(f, w) . d in some bit, for some f, w and d"
    needs = (loss1, loss2)
    identity = False

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return "engines by entries may agree in every bit" if engine.view is View.ENTRIES else None

    def judge(self, trial: Trial) -> Iterator[Check]:
        tape = trial.by(engines["eager"])
        pairs = [
            (own, projected(other))
            for formula in (loss1, loss2)
            for w in trial.variables()
            if isinstance(own := trial.grad(formula, w), Gradient)
            and isinstance(other := tape.grad(formula, w), Gradient)
        ]
        same = np.all([np.all(own.values == other.values, axis=1) for own, other in pairs], axis=0)
        own, other = pairs[0]
        judged = _inexact([own for own, _ in pairs]) & ~np.asarray(trial.arena.exact)
        compared = Comparison("different", other, own, np.where(same, np.inf, 0.0), judged)
        yield Check("some direction differs in some bit", trial.graph.variables[0], compared)


def _inexact(gradients: list[Gradient]) -> Array:
    """Return at which points enough is computed that rounding shows: many long numbers."""
    numbers = np.concatenate([gradient.values for gradient in gradients], axis=1).astype(np.float64)
    # A number that eighteen bits hold may come from whole figures, which nothing rounds.
    mantissas = np.frexp(numbers)[0] * 2.0**18
    return np.asarray(np.sum(mantissas != np.round(mantissas), axis=1) >= 8)
