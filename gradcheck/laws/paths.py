"""Where gradients must be present, and where they must be absent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from gradcheck import compare
from gradcheck.engines import Engine, engines
from gradcheck.gradient import Array, Gradient, zeros_like
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.laws import register_law
from gradcheck.objective import Expression, Objective, a, as_objective, b, loss1, loss2, stop, u, with_zeros
from gradcheck.trial import Check, Trial

_NO_ABSENCE = "differences cannot tell an absent gradient from a zero one"
_ALL = (
    loss1,
    loss2,
    loss1 + loss2,
    loss1 * loss2,
    stop(loss1) * loss2,
    loss1 * stop(loss2),
    a * loss1 + b * loss2,
    loss2.pulled_by(u),
)


@register_law
class Presence:
    """Which loss reaches which variable is known by construction."""

    name = "presence"
    sentence = "A gradient is present exactly where a path runs from the objective to the variable."
    equation = "grad(f, w) is present  <=>  some loss in f reaches w"
    needs: tuple[Expression | Objective, ...] = _ALL
    identity = False

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if engine.sees_absence else _NO_ABSENCE

    def judge(self, trial: Trial) -> Iterator[Check]:
        for objective in map(as_objective, self.needs):
            for w in trial.variables():
                found = trial.grad(objective, w)
                if trial.graph.connects(objective, w):
                    check = compare.connected(found, points=len(trial.points))
                    yield Check(f"grad({objective}, {w}) is present", w, check, trial.structural)
                else:
                    check = compare.unconnected(found, points=len(trial.points))
                    yield Check(f"grad({objective}, {w}) is absent", w, check, trial.structural)


@register_law
class UnconnectedAsZero:
    """What TensorFlow promises for a gradient that does not exist."""

    name = "unconnected"
    sentence = (
        "An absent gradient is None, and exact zeros where zeros are asked for; a present one is the same either way."
    )
    equation = "no path from f to w  =>  grad(f, w) is None, and 0 under UnconnectedGradients.ZERO"
    needs = (loss1, loss2, with_zeros(loss1), with_zeros(loss2))
    identity = False

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if engine.sees_absence else _NO_ABSENCE

    def judge(self, trial: Trial) -> Iterator[Check]:
        for loss in (loss1, loss2):
            for w in trial.variables():
                plain, zeros = trial.grad(loss, w), trial.grad(with_zeros(loss), w)
                if trial.graph.connects(as_objective(loss), w):
                    yield Check(f"grad({loss}, {w}) is the same under ZERO", w, trial.identical(plain, zeros))
                else:
                    absent = compare.unconnected(plain, points=len(trial.points))
                    yield Check(f"grad({loss}, {w}) is None", w, absent, trial.structural)
                    yield Check(f"grad({loss}, {w}) is 0 under ZERO", w, trial.zero(zeros))


@register_law
class Leak:
    """Why a var_list is not enough: head 2 trains head 1 unless a stop stands between them."""

    name = "leak"
    sentence = "Chained heads leak loss2 into everything before head 2; a stop_gradient between them cuts all of it."
    equation = "chained: grad(loss2, w1) != 0;  stopped: grad(loss2, w1) is None"
    needs = (loss2,)
    identity = False

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if graph.wiring is Wiring.PARALLEL:
            return "head 2 does not read head 1"
        return None if engine.sees_absence else _NO_ABSENCE

    def judge(self, trial: Trial) -> Iterator[Check]:
        for w1 in trial.variables(reached=["loss1"]):
            found = trial.grad(loss2, w1)
            if trial.graph.wiring is Wiring.STOPPED:
                absent = compare.unconnected(found, points=len(trial.points))
                yield Check(f"grad(loss2, {w1}) is None", w1, absent, trial.structural)
            else:
                yield Check(f"grad(loss2, {w1}) is not zero", w1, self._not_zero(trial, w1))

    def _not_zero(self, trial: Trial, w1: str) -> compare.Comparison:
        """Demand a gradient that is not zero wherever differences see loss2 move."""
        found = trial.grad(loss2, w1)
        if not isinstance(found, Gradient):
            return compare.connected(found, points=len(trial.points))
        nothing = Gradient(zeros_like(found.values), np.zeros(len(trial.points)))
        return trial.different(nothing, found, partial(_must_move, trial, w1, found))


def _must_move(trial: Trial, w1: str, found: Gradient, indices: Array) -> Array:
    """Return at which points differences see loss2 move with ``w1``."""
    differences = trial.at(trial.arena.among(indices).in_float64()).by(engines["numeric"]).grad(loss2, w1)
    assert isinstance(differences, Gradient)
    sizes = np.abs(differences.values)
    moves = np.asarray(np.any(sizes > 2 * differences.doubt + np.finfo(trial.graph.dtype).tiny, axis=1))
    if moves.any():
        # A saturated unit leaves float32 no gradient at all: rounding alone can be as large.
        moves[moves] = np.max(sizes[moves], axis=1) > trial.rounding_of(found, indices[moves])
    return moves
