"""Gradients against differences, and float32 against float64.

Modes of differentiation share their formulas, so that they can agree and all be wrong; a
difference quotient shares nothing with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradcheck.engines import Engine, engines
from gradcheck.gradient import Gradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import Expression, Objective, a, as_objective, b, loss1, loss2, stop, u
from gradcheck.trial import Check, Trial

_NEEDS = (loss1, loss2, loss1 + loss2, loss1 * loss2, stop(loss1) * loss2, a * loss1 + b * loss2, loss2.pulled_by(u))


@register_law
class MatchesDifferences:
    """The gradient is the derivative of the loss, whatever formula gave it.

    Taken in float64, where differences are sharp enough to see one entry wrong by one percent
    among thousands; the law `precision` ties float32 to it entry by entry.
    """

    name = "numeric"
    sentence = "The gradient, along eight signed directions, is what differences of the loss say, in float64."
    equation = "grad(f, w) . d = (f(w + e*d) - f(w - e*d)) / 2e, and 0 where no path runs"
    needs: tuple[Expression | Objective, ...] = _NEEDS
    identity = False
    asks_further = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if engine.sees_absence else "a method is not checked against itself"

    def judge(self, trial: Trial) -> Iterator[Check]:
        precise = trial.at(trial.arena.in_float64())
        differences = precise.by(engines["numeric"])
        kinked = precise.arena.evaluation(differences.engine).kinked
        for objective in map(as_objective, self.needs):
            for w in trial.variables():
                expected, found = differences.grad(objective, w), precise.grad(objective, w)
                if not trial.graph.connects(objective, w):
                    yield Check(f"differences of {objective} along {w} are 0", w, differences.close_to_zero(expected))
                    continue
                compared = precise.close(expected, found)
                smooth = compared.judged & ~np.asarray(kinked, bool) & _finite(expected)
                yield Check(f"grad({objective}, {w}) = its differences", w, replace(compared, judged=smooth))


@register_law
class Precision:
    """float32 is float64, rounded."""

    name = "precision"
    sentence = "The float32 gradient is the float64 gradient at the same point, rounded."
    equation = "grad32(f, w) = grad64(f, w)"
    needs: tuple[Expression | Objective, ...] = _NEEDS
    identity = False
    asks_further = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if not engine.sees_absence:
            return "differences are always in float64"
        return None if graph.dtype == "float32" else "the graph computes in float64"

    def judge(self, trial: Trial) -> Iterator[Check]:
        precise = trial.at(trial.arena.in_float64())
        for objective in map(as_objective, self.needs):
            for w in trial.variables():
                expected, found = precise.grad(objective, w), trial.grad(objective, w)
                yield Check(f"grad({objective}, {w}) in float32 = in float64", w, trial.close(expected, found))


def _finite(expected: object) -> np.ndarray:
    assert isinstance(expected, Gradient)
    return np.asarray(np.isfinite(expected.values).all(axis=1))
