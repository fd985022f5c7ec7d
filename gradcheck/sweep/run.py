"""Running a sweep: spans go out to workers, counts come back, and each is kept before the next is believed."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any, Union

from gradcheck.errors import UsageError
from gradcheck.files import write_whole
from gradcheck.sweep.ended import Ended
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Cause, Done, Log
from gradcheck.sweep.plan import Span
from gradcheck.sweep.tally import Tally
from gradcheck.sweep.task import look, work
from gradcheck.sweep.workers import Workers

_WAITING = 2  # tasks for each worker: one that is done finds the next
_CAUSES = 50  # looked into; a TensorFlow that breaks more is broken enough
_TICK = 0.5  # seconds between two looks of a person
_ENDED = 16  # points of a graph that are found one by one; after those, a stack of one size is given up as a whole

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
        show: Told how far it is, twice a second.
    """

    log: Log
    workers: Workers
    seconds: float | None = None
    show: Callable[[Seen], None] = lambda _: None
    interrupted: bool = False
    _urgent: deque[Task] = field(default_factory=deque)
    _pending: dict[Future[Any], Task] = field(default_factory=dict)
    _looked: set[tuple[str, str, int]] = field(default_factory=set)
    _suspects: deque[Task] = field(default_factory=deque)
    _again: set[Task] = field(default_factory=set)
    _given_up: Counter[int] = field(default_factory=Counter)
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
        self._given_up.update(self._graph(done.span.start) for done in self.log.done if done.killed)
        for cause in self.log.causes.values():
            self._looked.add(self._kind(cause.broken))
        for broken in self.log.broken:
            self._ask(broken)
        spans = self._spans()
        try:
            while self._submit(spans):
                self.workers.check()
                finished, _ = wait(self._pending, timeout=_TICK, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._finish(self._pending.pop(future), future)
                self._show()
        except KeyboardInterrupt:
            self.interrupted = True

    def _spans(self) -> Iterator[Span]:
        """Yield what is missing, until the time is over."""
        for span in self.log.missing():
            if self.seconds is not None and time.monotonic() - self._started > self.seconds:
                return
            yield span

    def _submit(self, spans: Iterator[Span]) -> bool:
        """Keep the workers busy; return whether something is on its way."""
        # A cluster may have no workers for a while: what is submitted waits for them.
        while len(self._pending) < _WAITING * max(1, self.workers.count):
            task = self._next(spans)
            if task is None:
                break
            function = work if isinstance(task, Span) else look
            self._pending[self.workers.submit(function, self.log.plan, task)] = task
        return bool(self._pending)

    def _next(self, spans: Iterator[Span]) -> Task | None:
        if self._suspects or not self._again.isdisjoint(self._pending.values()):
            return None if self._pending else self._suspects.popleft()
        return self._urgent.popleft() if self._urgent else next(spans, None)

    def _finish(self, task: Task, future: Future[Any]) -> None:
        if future.cancelled():
            raise UsageError(f"the workers are gone; {self.log.kept}")
        error = future.exception()
        if isinstance(error, (ImportError, UsageError)):
            raise UsageError(f"a worker cannot judge: {error}; {self.log.kept}") from error
        killed = self.workers.why_killed(error) if error else ""
        if killed and isinstance(task, Broken) and task not in self._again:
            self._try_alone(task)
        elif isinstance(task, Broken):
            self._keep_cause(task, killed or error, None if error else future.result())
        elif error is None:
            judged, memory = future.result()
            self._memory = max(self._memory, memory)
            self._keep(Done(task, judged.tally, tuple(judged.broken)))
        else:
            self._narrow(task, killed or f"{type(error).__name__}: {error}"[:300], ended=bool(killed))

    def _narrow(self, span: Span, reason: str, *, ended: bool) -> None:
        """Look for the point that is to blame: the half without it is judged all the same."""
        plan = self.log.plan
        known = self._given_up[self._graph(span.start)]
        if len(span) > (1 if known < _ENDED else plan.batch):
            self._urgent.extendleft(reversed(span.halves()))
        elif ended and span not in self._again:
            self._try_alone(span)
        else:
            self._give_up(span, reason, ended=ended)

    def _try_alone(self, task: Task) -> None:
        """Try once more: a process may end for other reasons, and only what ends it alone is to blame."""
        self._again.add(task)
        self._suspects.append(task)

    def _keep(self, done: Done) -> None:
        self.log.add(done)
        self._fresh += len(done.span)
        self._points += len(done.span)
        self._broken += done.tally.broken
        for broken in done.broken:
            self._ask(broken)

    def _give_up(self, span: Span, reason: str, *, ended: bool) -> None:
        """Count points that no process survives, or at which judging itself raises."""
        self._given_up[self._graph(span.start)] += 1
        if ended and len(span) == 1:
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
        return broken.law, broken.engine, self._graph(broken.point)

    def _graph(self, point: int) -> int:
        return point // self.log.plan.points_a_graph

    def _keep_cause(self, broken: Broken, error: Any, found: Any) -> None:
        if error is not None or found is None:
            words = f"{broken.law} broken by engine {broken.engine} at point {broken.point:,}"
            why = f"looking into it failed: {error}" if error else "it holds when it is judged again"
            name = f"point-{self.log.plan.name}-{broken.point}-{broken.law}-{broken.engine}"
            self.log.add(Cause(broken, name, f"{words}; {why}", ""))
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
