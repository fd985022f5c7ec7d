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

_FEWEST = 3  # variables, and the smallest size: fewer leave sums that two ways round alike


@register_law
class OwnAnswer:
    """Differences and tangents are rounded in their own ways.

    An engine that looks along directions and gets, at all points, for every variable and in every
    direction, the very bits of the tape's gradient has not looked: it repeats the tape. Where little
    is rounded (polynomials, whole numbers, few and short sums) bits agree honestly, so the law asks
    for a graph and sizes with something to round.
    """

    name = "own-answer"
    sentence = "Directional engines compute their own answer: at a generic point not every bit is the tape's."
    equation = "engine.grad(f, w) . d != tape.grad(f, w) . d in some bit, for some f, w and d"
    needs = (loss1, loss2)
    identity = False
    asks_further = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if engine.view is View.ENTRIES:
            return "engines by entries may agree in every bit"
        entropies = all(loss.degree is None for loss in graph.loss_functions)
        return None if entropies and len(graph.variables) >= _FEWEST else "too little is rounded on this graph"

    def judge(self, trial: Trial) -> Iterator[Check]:
        tape = trial.by(engines["eager"])
        pairs = [
            (own, projected(other))
            for formula in (loss1, loss2)
            for w in trial.variables()
            if isinstance(own := trial.grad(formula, w), Gradient)
            and isinstance(other := tape.grad(formula, w), Gradient)
        ]
        if not pairs:
            return  # presence says what is absent here
        copied = all(np.array_equal(own.values, other.values) for own, other in pairs)
        own, other = pairs[0]
        rounds = min(trial.points.sizes.values()) >= _FEWEST and not trial.arena.exact
        judged = _inexact([own for own, _ in pairs]) & np.asarray(rounds)
        compared = Comparison("different", other, own, np.full(len(judged), np.inf if copied else 0.0), judged)
        yield Check("some direction differs in some bit", trial.graph.variables[0], compared)


def _inexact(gradients: list[Gradient]) -> Array:
    """Return at which points enough is computed that rounding shows: many long numbers."""
    numbers = np.concatenate([gradient.values for gradient in gradients], axis=1).astype(np.float64)
    # A number that eighteen bits hold may come from whole figures, which nothing rounds.
    mantissas = np.frexp(numbers)[0] * 2.0**18
    return np.asarray(np.sum(mantissas != np.round(mantissas), axis=1) >= 8)
