"""Judging a span of points: drawn, differentiated and compared in stacks, and only counts are kept."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod

import numpy as np

from gradcheck.engines import Engine, engines, forget_traces
from gradcheck.errors import EngineError
from gradcheck.gradient import Array, Gradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.identity import degree, exact_bound
from gradcheck.laws import Law, asks_further, laws, takes_turns
from gradcheck.objective import Objective, as_objective
from gradcheck.point import draw, draw_integers
from gradcheck.sweep.plan import Batch, Plan, Span
from gradcheck.sweep.tally import Tally, Worst, histogram
from gradcheck.trial import Arena, Check, Trial

FEW = 16  # broken points that are named, of each law and engine in a span
_PATIENCE = 4  # points of a stack at which differences are taken to tell whether a law applies
_FURTHER_EVERY = 7  # stacks; laws that ask for more are judged at one. An even step would miss batch sizes.
_FURTHER = 8  # points of them: faults depend on sizes more often than on values
_MOST = 2**28  # bytes of gradients that are held at a time, where points are not counted by whole stacks


@dataclass(frozen=True)
class Broken:
    """A law broken at a point."""

    point: int
    law: str
    engine: str


@dataclass
class Judged:
    """What became of a span."""

    span: Span
    tally: Tally = field(default_factory=Tally)
    broken: list[Broken] = field(default_factory=list)

    def name(self, points: Array, law: Law, engine: Engine) -> None:
        """Name the first few of the points at which a law is broken."""
        named = sum((one.law, one.engine) == (law.name, engine.name) for one in self.broken)
        self.broken += [Broken(int(point), law.name, engine.name) for point in points[: max(0, FEW - named)]]


def judge_span(plan: Plan, span: Span) -> Judged:
    """Judge every point of a span by every law of the plan."""
    judged = Judged(span)
    for batch in plan.batches(span):
        _keep_only(batch.graph)
        judge_batch(plan, batch, judged)
    return judged


def _keep_only(graph: TwoHeadGraph) -> None:
    """Forget what was traced of another graph, so that memory does not grow with the number of graphs."""
    if graph not in _judged_last:
        _judged_last[:] = [graph]
        forget_traces()
        gc.collect()


_judged_last: list[TwoHeadGraph] = []


def judge_batch(plan: Plan, batch: Batch, judged: Judged) -> None:
    """Judge points of one size, and count what is found."""
    for part in _parts(plan, batch):
        _Batch(plan, part, judged).judge()


def _parts(plan: Plan, batch: Batch) -> Iterator[Batch]:
    """Yield a stack in parts small enough for memory; whole in an exact sweep, where its points count together."""
    entries = sum(map(prod, batch.graph.shapes(batch.sizes).values()))
    bytes_a_point = entries * len(objectives_of(plan)) * np.dtype(batch.graph.dtype).itemsize
    most = len(batch.span) if plan.exact else max(1, _MOST // bytes_a_point)
    for start in range(batch.span.start, batch.span.stop, most):
        yield replace(batch, span=Span(start, min(start + most, batch.span.stop)))


def arena_at(plan: Plan, batch: Batch) -> Arena | None:
    """Return a stack of a plan's points, or ``None`` where no integers are small enough to be exact."""
    objectives = objectives_of(plan)
    start, count = batch.span.start, len(batch.span)
    if not plan.exact:
        points = draw(batch.graph, batch.sizes, count, seed=plan.seed, start=start)
        return Arena(batch.graph, points, objectives, patience=_PATIENCE)
    bound = exact_bound(batch.graph, batch.sizes, objectives)
    if bound is None:
        return None
    points = draw_integers(batch.graph, batch.sizes, count, bound=bound, seed=plan.seed, start=start)
    return Arena(batch.graph, points, objectives, exact=True, patience=_PATIENCE)


def laws_of(plan: Plan) -> list[Law]:
    """Return the laws of a plan: those that are named, or all but the ones that trace for themselves."""
    chosen = [law for law in laws if (law.name in plan.laws if plan.laws else not takes_turns(law))]
    return [law for law in chosen if law.identity or not plan.exact]


def objectives_of(plan: Plan) -> tuple[Objective, ...]:
    """Return all that the laws of a plan differentiate."""
    return tuple(dict.fromkeys(as_objective(formula) for law in laws_of(plan) for formula in law.needs))


@dataclass
class _Batch:
    """Points of one size on their way."""

    plan: Plan
    batch: Batch
    judged: Judged

    def judge(self) -> None:
        with self._timing("drawing"):
            arena = arena_at(self.plan, self.batch)
            numbers = np.arange(self.batch.span.start, self.batch.span.stop)
        tally = self.judged.tally
        if arena is None:
            tally.inexact += len(numbers)
            return
        if arena.graph.kinked and "numeric" in self.plan.engines:
            arena, numbers = self._leave_kinks_out(arena, numbers)
            if not len(numbers):
                return
        tally.points += len(numbers)
        usable = [engine for engine in map(engines.__getitem__, self.plan.engines) if self._runs(arena, engine)]
        with self._timing("judging"):
            for engine in usable:
                self._judge_on(engine, Trial(arena, engine, usable), numbers)

    def _leave_kinks_out(self, arena: Arena, numbers: Array) -> tuple[Arena, Array]:
        try:
            smooth = ~np.asarray(arena.evaluation(engines["numeric"]).kinked)
        except EngineError:
            return arena, numbers  # it is counted with the engines that raise
        self.judged.tally.kinked += int((~smooth).sum())
        return arena.among(np.flatnonzero(smooth)) if smooth.any() else arena, numbers[smooth]

    def _runs(self, arena: Arena, engine: Engine) -> bool:
        """Evaluate an engine; where it raises, that is counted."""
        with self._timing("TensorFlow"):
            try:
                arena.evaluation(engine)
            except EngineError as error:
                key = engine.name, str(error)
                self.judged.tally.errors[key] = self.judged.tally.errors.get(key, 0) + len(arena.points)
                return False
        return True

    def _judge_on(self, engine: Engine, trial: Trial, numbers: Array) -> None:
        further = self._further(trial)
        for law in laws_of(self.plan):
            if (reason := law.why_not(trial.graph, engine)) is not None:
                key = law.name, engine.name, reason
                tally = self.judged.tally
                tally.not_applicable[key] = tally.not_applicable.get(key, 0) + len(numbers)
            elif not asks_further(law) or self.plan.laws:
                self._count(law, trial, numbers)
            elif further is not None:
                self._count(law, further, numbers[: len(further.points)])

    def _further(self, trial: Trial) -> Trial | None:
        """Return the trial of a few points, where it is a stack's turn to be judged by laws that ask for more."""
        stack, place = divmod(self.batch.span.start, self.plan.batch)
        if place or stack % _FURTHER_EVERY:
            return None
        few = np.arange(min(_FURTHER, len(trial.points)))
        return trial.at(trial.arena.among(few))

    def _count(self, law: Law, trial: Trial, numbers: Array) -> None:
        try:
            checks = list(law.judge(trial))
        except EngineError as error:
            key = trial.engine.name, str(error)
            self.judged.tally.errors[key] = self.judged.tally.errors.get(key, 0) + len(numbers)
            return
        # Laws that take points one by one judge only the first.
        checks = [check for check in checks if len(check.comparison.judged)]
        if not checks:
            return
        count = self.judged.tally.count(law.name, trial.engine.name, trial.graph.dtype)
        numbers = numbers[: min(len(check.comparison.judged) for check in checks)]
        applies, broken = _any(checks, "judged"), _any(checks, "broken")
        count.judged += int(applies.sum())
        count.left_out += int((~applies).sum())
        count.broken += int(broken.sum())
        count.ill_conditioned += sum(check.comparison.ill_conditioned for check in checks)
        shares = [np.where(check.comparison.judged, check.comparison.error, 0.0) for check in checks]
        count.share |= Worst.of(np.max(shares, axis=0), numbers)
        units = list(_units(checks, float(np.finfo(trial.graph.dtype).eps)))
        if units:
            ulps = np.max(units, axis=0)
            count.ulps |= Worst.of(ulps, numbers)
            count.histogram = count.histogram + histogram(ulps)
        count.doubt_bits = min(count.doubt_bits, self._doubt_bits(checks))
        if broken.any():
            self.judged.name(numbers[broken], law, trial.engine)

    def _doubt_bits(self, checks: Sequence[Check]) -> float:
        """Return m, where agreement leaves a doubt of at most 2^-m; the equation judged least often decides."""
        points = [int(check.comparison.judged.sum()) for check in checks if check.comparison.judged.any()]
        if not self.plan.exact or not points or any(check.comparison.broken.any() for check in checks):
            return np.inf
        return min(points) * self._bits_a_point

    @cached_property
    def _bits_a_point(self) -> float:
        bound = exact_bound(self.batch.graph, self.batch.sizes, objectives_of(self.plan))
        assert bound is not None
        return float(np.log2((2 * bound + 1) / degree(self.batch.graph)))

    @contextmanager
    def _timing(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds = self.judged.tally.seconds
        seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - started


def _any(checks: Sequence[Check], attribute: str) -> Array:
    found = np.array([getattr(check.comparison, attribute) for check in checks])
    return np.asarray(found.any(axis=0))


def _units(checks: Sequence[Check], epsilon: float) -> Iterator[Array]:
    """Yield errors in units in the last place of the largest entry, of what is compared within a bound."""
    for check in checks:
        compared = check.comparison
        expected, found, allowed = compared.expected, compared.found, compared.allowed
        if not isinstance(expected, Gradient) or not isinstance(found, Gradient) or allowed is None:
            continue
        if allowed.size != len(compared.error):
            continue  # an engine that approximates: its doubt is not rounding
        scale = epsilon * np.maximum(expected.scale, found.scale)
        distance = compared.error * allowed.reshape(-1)
        yield np.where(compared.judged, np.divide(distance, scale, out=np.zeros_like(distance), where=scale > 0), 0.0)
