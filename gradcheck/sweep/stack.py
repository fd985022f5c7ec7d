"""A stack of a plan's points as it is judged, and as it is looked at again: which of them take part, for which law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

import numpy as np

from gradcheck.engines import engines
from gradcheck.errors import EngineError
from gradcheck.gradient import Array
from gradcheck.identity import exact_bound
from gradcheck.laws import Law, asks_further, laws, takes_turns
from gradcheck.objective import Objective, as_objective
from gradcheck.point import draw, draw_integers
from gradcheck.sweep.plan import Batch, Plan, Span
from gradcheck.trial import Arena, Trial

_PATIENCE = 4  # points of a stack at which differences are taken to tell whether a law applies
_FURTHER_EVERY = 7  # stacks; laws that ask for more are judged at one. An even step would miss batch sizes.
_FURTHER = 8  # points of them: faults depend on sizes more often than on values
_MOST = 3 * 2**24  # bytes of gradients that are held at a time, where points are not counted by whole stacks


@dataclass(frozen=True, eq=False)
class Stack:
    """Points of one size that are judged together.

    Attributes:
        span: The points that were drawn.
        numbers: The points that take part.
    """

    plan: Plan
    span: Span
    arena: Arena
    numbers: Array

    def smooth(self) -> Stack:
        """Leave out the points at which a difference crosses a kink, where differences are taken."""
        if not self.arena.graph.kinked or "numeric" not in self.plan.engines:
            return self
        try:
            smooth = ~np.asarray(self.arena.evaluation(engines["numeric"]).kinked)
        except EngineError:
            return self  # it is counted with the engines that raise
        arena = self.arena.among(np.flatnonzero(smooth)) if smooth.any() else self.arena
        return replace(self, arena=arena, numbers=self.numbers[smooth])

    def asked(self, law: Law, trial: Trial) -> Trial | None:
        """Return the trial by which a law is judged: of all points, or of a few of some stacks if it asks for more."""
        if not asks_further(law) or self.plan.laws:
            return trial
        number, place = divmod(self.span.start, self.plan.batch)
        if place or number % _FURTHER_EVERY:
            return None
        return trial.at(trial.arena.among(np.arange(min(_FURTHER, len(trial.points)))))


def stack_of(plan: Plan, batch: Batch) -> Stack | None:
    """Draw a stack of a plan's points, or return ``None`` where no integers are small enough to be exact."""
    objectives = objectives_of(plan)
    start, count = batch.span.start, len(batch.span)
    numbers = np.arange(start, batch.span.stop)
    if not plan.exact:
        points = draw(batch.graph, batch.sizes, count, seed=plan.seed, start=start)
        return Stack(plan, batch.span, Arena(batch.graph, points, objectives, patience=_PATIENCE), numbers)
    bound = exact_bound(batch.graph, batch.sizes, objectives)
    if bound is None:
        return None
    points = draw_integers(batch.graph, batch.sizes, count, bound=bound, seed=plan.seed, start=start)
    return Stack(plan, batch.span, Arena(batch.graph, points, objectives, exact=True, patience=_PATIENCE), numbers)


def parts_of(plan: Plan, batch: Batch) -> Iterator[Batch]:
    """Yield a stack in parts small enough for memory; whole in an exact sweep, where its points count together."""
    entries = sum(map(prod, batch.graph.shapes(batch.sizes).values()))
    bytes_a_point = entries * len(objectives_of(plan)) * np.dtype(batch.graph.dtype).itemsize
    most = len(batch.span)
    while most > 1 and most * bytes_a_point > _MOST and not plan.exact:
        most = -(-most // 2)  # equal parts: oneDNN compiles for each number of points
    for start in range(batch.span.start, batch.span.stop, most):
        yield replace(batch, span=Span(start, min(start + most, batch.span.stop)))


def laws_of(plan: Plan) -> tuple[Law, ...]:
    """Return the laws of a plan: those that are named, or all but the ones that trace for themselves."""
    chosen = [law for law in laws if (law.name in plan.laws if plan.laws else not takes_turns(law))]
    return tuple(law for law in chosen if law.identity or not plan.exact)


def objectives_of(plan: Plan) -> tuple[Objective, ...]:
    """Return all that the laws of a plan differentiate."""
    return _needed(laws_of(plan))


@lru_cache
def _needed(by: tuple[Law, ...]) -> tuple[Objective, ...]:
    return tuple(dict.fromkeys(as_objective(formula) for law in by for formula in law.needs))
