"""Running a sweep: spans go out to workers, counts come back, and each is kept before the next is believed."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import cache
from resource import RUSAGE_SELF, getrusage
from typing import Any, Union

from gradcheck.files import write_whole
from gradcheck.sweep.ended import Ended
from gradcheck.sweep.judge import Broken, Judged, judge_span
from gradcheck.sweep.log import Cause, Done, Log
from gradcheck.sweep.look import look_into
from gradcheck.sweep.plan import Plan, Span
from gradcheck.sweep.tally import Tally
from gradcheck.sweep.workers import Workers

_WAITING = 2  # tasks for each worker: one that is done finds the next
_CAUSES = 50  # looked into; a TensorFlow that breaks more is broken enough
_TICK = 0.5  # seconds between two looks of a person

Task = Union[Span, Broken]


@dataclass(frozen=True)
class Seen:
    """How far a sweep is.

    Attributes:
        points: Done, those of earlier runs included.
        total: All; ``None`` where the time is given.
        fresh: Points of this run.
        seconds: Of this run.
        broken: Points at which a law is broken.
        causes: Different causes found.
        memory: The largest peak of a worker, in bytes.
    """

    points: int
    total: int | None
    fresh: int
    seconds: float
    broken: int
    causes: int
    memory: int

    @property
    def rate(self) -> float:
        """Points a second."""
        return self.fresh / self.seconds if self.seconds > 0 else 0.0


@dataclass
class Sweep:
    """One run of a sweep, from the start or from where it was left.

    Args:
        log: What is done, to which is added.
        workers: Who judges.
        seconds: When to stop taking up spans; ``None`` for when all are done.
        part: ``(k, n)`` judges only every n-th span, from the k-th, so that n machines share one sweep.
        show: Told how far it is, twice a second.
    """

    log: Log
    workers: Workers
    seconds: float | None = None
    part: tuple[int, int] = (1, 1)
    show: Callable[[Seen], None] = lambda _: None
    interrupted: bool = False
    _urgent: deque[Task] = field(default_factory=deque)
    _pending: dict[Future[Any], Task] = field(default_factory=dict)
    _looked: set[tuple[str, str, int]] = field(default_factory=set)
    _fresh: int = 0
    _broken: int = 0
    _points: int = 0
    _memory: int = 0
    _started: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Judge what is missing; an interrupt ends it with what is done so far.

        Raises:
            UsageError: The log cannot be written.
        """
        self._broken, self._points = self.log.tally.broken, self.log.judged
        for cause in self.log.causes.values():
            self._looked.add(self._kind(cause.broken))
        for broken in self.log.broken:
            self._ask(broken)
        spans = self._spans()
        try:
            while self._submit(spans):
                finished, _ = wait(self._pending, timeout=_TICK, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._finish(self._pending.pop(future), future)
                self._show()
        except KeyboardInterrupt:
            self.interrupted = True

    def _spans(self) -> Iterator[Span]:
        """Yield what is missing of this part, until the time is over."""
        part, parts = self.part
        for span in self.log.missing():
            if self.seconds is not None and time.monotonic() - self._started > self.seconds:
                return
            if span.start // self.log.plan.points_a_span % parts == part - 1:
                yield span

    def _submit(self, spans: Iterator[Span]) -> bool:
        """Keep the workers busy; return whether something is on its way."""
        while len(self._pending) < _WAITING * self.workers.count:
            task = self._urgent.popleft() if self._urgent else next(spans, None)
            if task is None:
                break
            function = work if isinstance(task, Span) else look
            self._pending[self.workers.submit(function, self.log.plan, task)] = task
        return bool(self._pending)

    def _finish(self, task: Task, future: Future[Any]) -> None:
        error = future.exception()
        killed = self.workers.why_killed(error) if error else ""
        if isinstance(task, Broken):
            self._keep_cause(task, killed or error, None if error else future.result())
        elif error is None:
            judged, memory = future.result()
            self._memory = max(self._memory, memory)
            self._keep(Done(task, judged.tally, tuple(judged.broken)))
        elif killed and len(task) > 1:
            # One of its points may be to blame: the half without it is judged all the same.
            self._urgent.extend(task.halves())
        else:
            self._give_up(task, killed or f"{type(error).__name__}: {error}"[:300], ended=bool(killed))

    def _keep(self, done: Done) -> None:
        self.log.add(done)
        self._fresh += len(done.span)
        self._points += len(done.span)
        self._broken += done.tally.broken
        for broken in done.broken:
            self._ask(broken)

    def _give_up(self, span: Span, reason: str, *, ended: bool) -> None:
        """Count a point that no process survives, or a span at which judging itself raises."""
        if ended:
            Ended(self.log.plan, span.start, reason).save(self.log.folder)
        engine = ", ".join(self.log.plan.engines)
        self._keep(Done(span, Tally(errors={(engine, reason): len(span)}), killed=reason))

    def _ask(self, broken: Broken) -> None:
        """Look into a broken point, unless one like it was."""
        kind = self._kind(broken)
        if kind not in self._looked and len(self._looked) < _CAUSES:
            self._looked.add(kind)
            self._urgent.append(broken)

    def _kind(self, broken: Broken) -> tuple[str, str, int]:
        return broken.law, broken.engine, broken.point // self.log.plan.points_a_graph

    def _keep_cause(self, broken: Broken, error: Any, found: Any) -> None:
        if error is not None or found is None:
            words = f"{broken.law} broken by engine {broken.engine} at point {broken.point:,}"
            why = f"looking into it failed: {error}" if error else "it holds when it is judged again"
            self.log.add(Cause(broken, f"point-{broken.point}", f"{words}; {why}", ""))
            return
        name, words, file, witness = found
        if name not in {cause.name for cause in self.log.causes.values()}:
            write_whole(self.log.folder / file, json.dumps(witness, indent=1) + "\n")
        else:
            file = next(cause.witness for cause in self.log.causes.values() if cause.name == name)
        self.log.add(Cause(broken, name, words, file))

    def _show(self) -> None:
        seconds = time.monotonic() - self._started
        causes = len({cause.name for cause in self.log.causes.values()})
        total = self.log.plan.points
        self.show(Seen(self._points, total, self._fresh, seconds, self._broken, causes, self._memory))


def work(plan: Plan, span: Span) -> tuple[Judged, int]:
    """Judge a span in a worker, and return how much memory it has needed at most, in bytes."""
    _prepare()
    judged = judge_span(plan, span)
    return judged, getrusage(RUSAGE_SELF).ru_maxrss * 1024


def look(plan: Plan, broken: Broken) -> tuple[str, str, str, dict[str, Any]] | None:
    """Look into a broken point in a worker."""
    _prepare()
    found = look_into(plan, broken)
    return found.sent() if found else None


@cache
def _prepare() -> None:
    """Give TensorFlow one thread: there are as many workers as processors."""
    from gradcheck.backend import tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # a worker that has used TensorFlow before keeps what it has
