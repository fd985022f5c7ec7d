"""Planted bugs: each is an engine that lies in one way, and names the law that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcheck.directions import project
from gradcheck.engines import Evaluation, Key, engines
from gradcheck.golden import GOLDEN_GRAPH, W1, W2
from gradcheck.gradient import Slices, Unconnected
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.objective import Product, Sum, a, as_objective, b, loss1, loss2, stop, u, v, with_zeros, zero
from gradcheck.point import Points

Evaluate = Callable[..., Evaluation]
Lie = Callable[[Evaluate, TwoHeadGraph, Points, Any, bool], Evaluation]

CHAINED = TwoHeadGraph(trunk=("tanh",), head1=("dense_bias",), head2=("dense",), dtype="float64")
STOPPED = replace(CHAINED, wiring=Wiring.STOPPED)
PARALLEL = replace(CHAINED, wiring=Wiring.PARALLEL)
SINGLE = replace(CHAINED, dtype="float32")
SUMMED = replace(CHAINED, reduction="sum")


@dataclass(frozen=True)
class Fault:
    """A lie, the engine that tells it, and the law that must catch it."""

    name: str
    law: str
    lie: Lie
    graph: TwoHeadGraph = CHAINED
    engine: str = "graph"


class Faulty:
    """An engine with a planted fault."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._honest = engines[fault.engine]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)

    def evaluate(self, graph, points, objectives, *, stacked):
        return self._fault.lie(self._honest.evaluate, graph, points, objectives, stacked)


# --- ways to lie -------------------------------------------------------------------------------


def changed(change: Callable[[dict[Key, Any]], None]) -> Lie:
    """Change the gradients after they were computed."""

    def lie(honest, graph, points, objectives, stacked):
        found = honest(graph, points, objectives, stacked=stacked)
        gradients = {key: g if isinstance(g, Unconnected) else np.array(g) for key, g in found.gradients.items()}
        change(gradients)
        return replace(found, gradients=gradients)

    return lie


def entry(edit: Callable[[np.ndarray], None], variable: str = W2) -> Lie:
    """Change the gradient of loss2 by one variable, in place, with all points at once."""
    return changed(lambda gradients: edit(gradients[as_objective(loss2), variable]))


def elsewhere(**options: Any) -> Lie:
    """Compute the gradients of another graph."""

    def lie(honest, graph, points, objectives, stacked):
        return honest(replace(graph, **options), points, objectives, stacked=stacked)

    return lie


def mistaken(wrong: Any, right: Any, variables: tuple[str, ...] = ()) -> Lie:
    """Answer ``right`` with the gradient of ``wrong``."""

    def change(gradients):
        for (objective, variable), _ in list(gradients.items()):
            if objective == as_objective(right) and (not variables or variable in variables):
                gradients[objective, variable] = gradients[as_objective(wrong), variable]

    return changed(change)


def other_points(move: Callable[[Points], Points]) -> Lie:
    """Compute the gradients elsewhere."""

    def lie(honest, graph, points, objectives, stacked):
        return honest(graph, move(points), objectives, stacked=stacked)

    return lie


def _zero_entry(g):
    g[:, 1, 1] = 0.0


def _one_percent(g):
    g[:, 2, 0] *= 1.01


def _swap(g):
    g[:, [0, 1], 1] = g[:, [1, 0], 1]


def _transpose(g):
    g[:] = np.swapaxes(g, 1, 2)


def _nan(g):
    g[:, 0, 2] = np.nan


def _infinite(g):
    g[0, 0, 0] = np.inf


def _first_example(points: Points) -> Points:
    """Let every example be the first: the sum over the batch is lost."""
    values = dict(points.values)
    for name in ("ids", "labels1", "labels2"):
        values[name] = np.repeat(values[name][:, :1], values[name].shape[1], axis=1)
    return Points(points.sizes, values)


def _rolled(honest, graph, points, objectives, stacked):
    found = honest(graph, points, objectives, stacked=stacked)
    rolled = {k: g if isinstance(g, Unconnected) else np.roll(g, 1, axis=0) for k, g in found.gradients.items()}
    return replace(found, gradients=rolled) if stacked else found


def _slices(edit: Callable[[Slices], Slices]) -> Lie:
    def lie(honest, graph, points, objectives, stacked):
        found = honest(graph, points, objectives, stacked=stacked)
        return replace(found, slices={key: [edit(one) for one in many] for key, many in found.slices.items()})

    return lie


def _counted_once(one: Slices) -> Slices:
    dense = np.zeros_like(one.dense)
    dense[one.indices] = one.values
    return replace(one, dense=dense)


def _unread_row(one: Slices) -> Slices:
    dense = one.dense.copy()
    dense[np.setdiff1d(np.arange(len(dense)), one.indices)] = 1e-3
    return replace(one, dense=dense)


def _averaged(one: Slices) -> Slices:
    counts = np.bincount(one.indices, minlength=len(one.dense))[:, None]
    return replace(one, dense=one.dense / np.maximum(counts, 1))


def _zeros_for_absent(gradients):
    shapes = {variable: g.shape for (_, variable), g in gradients.items() if not isinstance(g, Unconnected)}
    for key, g in gradients.items():
        if isinstance(g, Unconnected):
            gradients[key] = np.zeros(shapes[key[1]])


def _ones_under_zero(gradients):
    gradients[with_zeros(loss1), W2] = np.ones_like(gradients[with_zeros(loss1), W2])


def _none_under_zero(gradients):
    gradients[with_zeros(loss1), W2] = Unconnected()


def _dropped(gradients):
    gradients[as_objective(loss1), W1] = Unconnected()


def _leaks_in_parallel(gradients):
    joint = as_objective(Sum(loss1, loss2))
    gradients[joint, W1] = gradients[joint, W1] * (1 + 2.0**-50)


def _last_bit(gradients):
    joint = as_objective(Sum(loss1, loss2))
    gradients[joint, W2] = np.nextafter(gradients[joint, W2], np.inf)


def _mean_weight(gradients):
    """Weight every example's loss2 by the same loss1: a scalar product for an elementwise one."""
    product = as_objective(Product(loss1, loss2))
    gradients[product, W2] = gradients[as_objective(loss2), W2] * 1.7


def _absolute(gradients):
    for name in (u, v):
        pulled = loss2.pulled_by(name)
        for (objective, variable), g in list(gradients.items()):
            if objective == pulled and not isinstance(g, Unconnected):
                gradients[objective, variable] = np.abs(g)


def _not_quite_zero(gradients):
    gradients[loss2.pulled_by(zero), W2] += 1e-30


def _half_precision(gradients):
    for key, g in gradients.items():
        if not isinstance(g, Unconnected) and g.dtype == np.float32:
            gradients[key] = g.astype(np.float16).astype(np.float32)


def _vanishes(gradients):
    gradients[as_objective(loss2), W1][:] = 0.0


def _off_by_one(gradients):
    gradients[as_objective(loss2), W2][:, 3, 4] += 1.0


def _half_of_loss1(gradients):
    joint = as_objective(Sum(loss1, loss2))
    gradients[joint, W1] = gradients[joint, W1] - 0.5 * gradients[as_objective(loss1), W1]


def _stale() -> Lie:
    """Keep the first trace and use it for every wiring."""

    def lie(honest, graph, points, objectives, stacked):
        return honest(replace(graph, wiring=Wiring.CHAINED), points, objectives, stacked=stacked)

    return lie


def _of_eager(honest, graph, points, objectives, stacked):
    """Answer with the tape's gradient instead of looking."""
    own = honest(graph, points, objectives, stacked=stacked)
    tape = engines["eager"].evaluate(graph, points, objectives, stacked=stacked).gradients
    copied = {k: g if isinstance(g, Unconnected) else project(g) for k, g in tape.items()}
    return replace(own, gradients={k: own.gradients[k] if isinstance(g, Unconnected) else g for k, g in copied.items()})


def _first_directions(gradients):
    for key, g in gradients.items():
        if not isinstance(g, Unconnected):
            gradients[key] = np.roll(g, 1, axis=1)


WEIGHTED = a * loss1 + b * loss2

FAULTS = [
    Fault("dropped stop_gradient", "leak", elsewhere(wiring=Wiring.CHAINED), STOPPED),
    Fault("stop_gradient too many", "leak", elsewhere(wiring=Wiring.STOPPED)),
    Fault("gradient vanishes on the way back", "leak", changed(_vanishes)),
    Fault("doubled vjp", "numeric", entry(lambda g: np.multiply(g, 2, out=g))),
    Fault("flipped sign", "numeric", entry(lambda g: np.negative(g, out=g))),
    Fault("lost sum over the batch", "numeric", other_points(_first_example)),
    Fault("mean for a sum", "numeric", elsewhere(reduction="mean"), SUMMED),
    Fault("swapped entries", "numeric", entry(_swap)),
    Fault("one entry zeroed", "numeric", entry(_zero_entry)),
    Fault("one entry wrong by 1 %", "numeric", entry(_one_percent)),
    Fault("transposed gradient", "numeric", entry(_transpose)),
    Fault("one of many engines off by 1 %", "agreement", entry(_one_percent), SINGLE),
    Fault("NaN in one place", "agreement", entry(_nan)),
    Fault("infinity in one place", "agreement", entry(_infinite)),
    Fault("directions out of order", "agreement", changed(_first_directions), engine="forward"),
    Fault("half precision", "precision", changed(_half_precision), SINGLE),
    Fault("tape's answer in place of differences", "own-answer", _of_eager, engine="numeric"),
    Fault("tape's answer in place of tangents", "own-answer", _of_eager, engine="forward"),
    Fault("duplicates counted once", "slices", _slices(_counted_once)),
    Fault("a row that no id reads gets a gradient", "slices", _slices(_unread_row)),
    Fault("repeated ids averaged", "slices", _slices(_averaged)),
    Fault("stale cached trace", "presence", _stale(), PARALLEL),
    Fault("zero in place of unconnected", "presence", changed(_zeros_for_absent)),
    Fault("absent in place of a gradient", "presence", changed(_dropped)),
    Fault("zero where None was promised", "unconnected", changed(_zeros_for_absent)),
    Fault("ones under UnconnectedGradients.ZERO", "unconnected", changed(_ones_under_zero)),
    Fault("None under UnconnectedGradients.ZERO", "unconnected", changed(_none_under_zero)),
    Fault("joint loss moves the last bit", "addition", changed(_last_bit)),
    Fault("joint loss loses half of loss1", "additivity", changed(_half_of_loss1)),
    Fault("joint loss forgets loss1", "additivity", mistaken(loss2, loss1 + loss2)),
    Fault("coefficients swapped", "linearity", mistaken(loss1 + loss2, WEIGHTED)),
    Fault("heads leak into each other", "independent-heads", changed(_leaks_in_parallel), PARALLEL),
    Fault("product taken for loss2", "product-differs", mistaken(loss2, loss1 * loss2)),
    Fault("product by one weight for all examples", "product", changed(_mean_weight)),
    Fault("product forgets one factor's gradient", "product", mistaken(stop(loss1) * loss2, loss1 * loss2)),
    Fault("absolute cotangent", "cotangent-linearity", changed(_absolute)),
    Fault("zero cotangent gives almost zero", "zero-cotangent", changed(_not_quite_zero)),
    Fault("points out of step", "batched", _rolled),
    Fault("golden figure off by one", "golden", changed(_off_by_one), GOLDEN_GRAPH),
]
