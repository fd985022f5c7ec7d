"""Judging a span of points: drawn, differentiated and compared in stacks, and only counts are kept."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gradcheck.engines import Engine, engines, forget_traces
from gradcheck.errors import EngineError
from gradcheck.gradient import Array, Gradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.identity import degree, exact_bound
from gradcheck.laws import Law
from gradcheck.sweep.plan import Batch, Plan, Span
from gradcheck.sweep.stack import Stack, laws_of, objectives_of, parts_of, stack_of
from gradcheck.sweep.tally import Tally, Worst, histogram
from gradcheck.trial import Arena, Check, Trial

FEW = 16  # broken points that are named, of each law and engine in a span


@dataclass(frozen=True)
class Broken:
    """A law broken at a point.

    Attributes:
        stack: The points that were drawn with it, to be judged together; ``None`` if nobody kept them.
    """

    point: int
    law: str
    engine: str
    stack: Span | None = field(default=None, compare=False)

    def to_json(self) -> list[Any]:
        """Return it as JSON values."""
        return [self.point, self.law, self.engine, [self.stack.start, self.stack.stop] if self.stack else None]

    @classmethod
    def from_json(cls, stored: Sequence[Any]) -> Broken:
        """Build what `to_json` stored."""
        point, law, engine, stack = stored
        return cls(int(point), str(law), str(engine), Span(*stack) if stack else None)


@dataclass
class Judged:
    """What became of a span."""

    span: Span
    tally: Tally = field(default_factory=Tally)
    broken: list[Broken] = field(default_factory=list)

    def name(self, points: Array, law: Law, engine: Engine, stack: Span) -> None:
        """Name the first few of the points at which a law is broken."""
        named = sum((one.law, one.engine) == (law.name, engine.name) for one in self.broken)
        self.broken += [Broken(int(point), law.name, engine.name, stack) for point in points[: max(0, FEW - named)]]


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
    for part in parts_of(plan, batch):
        _Batch(plan, part, judged).judge()


@dataclass
class _Batch:
    """Points of one size on their way."""

    plan: Plan
    batch: Batch
    judged: Judged

    def judge(self) -> None:
        tally = self.judged.tally
        with self._timing("drawing"):
            drawn = stack_of(self.plan, self.batch)
        if drawn is None:
            tally.inexact += len(self.batch.span)
            return
        with self._timing("TensorFlow"):
            stack = drawn.smooth()
        tally.kinked += len(drawn.numbers) - len(stack.numbers)
        tally.points += len(stack.numbers)
        if not len(stack.numbers):
            return
        usable = [engine for engine in map(engines.__getitem__, self.plan.engines) if self._runs(stack.arena, engine)]
        with self._timing("judging"):
            for engine in usable:
                self._judge_on(stack, Trial(stack.arena, engine, usable))

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

    def _judge_on(self, stack: Stack, trial: Trial) -> None:
        for law in laws_of(self.plan):
            if (reason := law.why_not(trial.graph, trial.engine)) is not None:
                key = law.name, trial.engine.name, reason
                tally = self.judged.tally
                tally.not_applicable[key] = tally.not_applicable.get(key, 0) + len(stack.numbers)
            elif (asked := stack.asked(law, trial)) is not None:
                self._count(law, asked, stack.numbers[: len(asked.points)])

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
        applies, share = _any_judged(checks), _largest_share(checks)
        broken = ~(share <= 1.0)
        count.judged += int(applies.sum())
        count.left_out += int((~applies).sum())
        count.broken += int(broken.sum())
        count.ill_conditioned += sum(check.comparison.ill_conditioned for check in checks)
        count.share |= Worst.of(share, numbers)
        units = list(_units(checks, float(np.finfo(trial.graph.dtype).eps)))
        if units:
            ulps = np.max(units, axis=0)
            count.ulps |= Worst.of(ulps, numbers)
            count.histogram = count.histogram + histogram(ulps)
        count.doubt_bits = min(count.doubt_bits, self._doubt_bits(checks))
        if broken.any():
            self.judged.name(numbers[broken], law, trial.engine, self.batch.span)

    def _doubt_bits(self, checks: Sequence[Check]) -> float:
        """Return m, where agreement leaves a doubt of at most 2^-m; the equation judged least often decides."""
        if not self.plan.exact or any(check.comparison.broken.any() for check in checks):
            return np.inf
        points = [int(check.comparison.judged.sum()) for check in checks if check.comparison.judged.any()]
        return min(points) * self._bits_a_point if points else np.inf

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


def _any_judged(checks: Sequence[Check]) -> Array:
    return np.asarray(np.logical_or.reduce([check.comparison.judged for check in checks]))


def _largest_share(checks: Sequence[Check]) -> Array:
    """Return the largest error at each point, of what was judged there; what is not a number stays that."""
    largest = np.zeros(len(checks[0].comparison.judged))
    for check in checks:
        np.maximum(largest, check.comparison.error, out=largest, where=check.comparison.judged)
    return largest


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
