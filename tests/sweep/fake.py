"""Workers that are none: tasks are run in this process, in an order by chance, and die as planned."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any
from unittest.mock import patch

from gradcheck.sweep import run
from gradcheck.sweep.log import Log
from gradcheck.sweep.plan import Span
from gradcheck.sweep.run import Seen, Sweep
from sweep import made

Dies = Callable[[Any], bool]


class Killed(Exception):
    """A worker died."""


class Fake:
    """Workers of which some die.

    Args:
        dies: Told a task, whether its worker dies of it.
        blamed: How many others at most are blamed beside a task that dies, as those that waited at its worker.
        on_submit: Called before each task.
    """

    def __init__(
        self,
        workers: int = 3,
        seed: int = 0,
        *,
        dies: Dies = lambda _: False,
        blamed: int = 0,
        on_submit: Callable[[], None] = lambda: None,
    ) -> None:
        self.count = workers
        self.submitted: list[Any] = []
        self._random = random.Random(seed)
        self._dies, self._blamed, self._on_submit = dies, blamed, on_submit
        self._waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        self._on_submit()
        future: Future[Any] = Future()
        self.submitted.append(args[-1])
        self._waiting.append((future, function, args))
        return future

    def check(self) -> None: ...

    def why_killed(self, error: BaseException) -> str:
        return str(error) if isinstance(error, Killed) else ""

    def wait(self, futures: Collection[Future[Any]], **_: Any) -> tuple[set[Future[Any]], None]:
        """Finish one task, and return what is done."""
        self._finish(*self._any())
        return {future for future in futures if future.done()}, None

    def _finish(self, future: Future[Any], function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if self._dies(args[-1]):
            future.set_exception(Killed("its process ended with exit code 11"))
            for _ in range(min(self._blamed, len(self._waiting))):
                beside, _, others = self._any()
                self._dies(others[-1])
                beside.set_exception(Killed("beside another"))
            return
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)

    def _any(self) -> tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]:
        return self._waiting.pop(self._random.randrange(len(self._waiting)))


def sweep(
    log: Log,
    workers: Fake,
    *,
    seconds: float | None = None,
    show: Callable[[Seen], None] = lambda _: None,
    work: Callable[..., Any] = made.work,
    look: Callable[..., Any] = made.look,
) -> Sweep:
    """Run a sweep to its end on workers that are none."""
    one = Sweep(log, workers, seconds, show)
    with patch.multiple(run, work=work, look=look, wait=workers.wait):
        one.run()
    return one


def holds(*points: int) -> Dies:
    """Die of a span that holds one of the points."""
    return lambda task: isinstance(task, Span) and any(task.start <= point < task.stop for point in points)


def once(chance: float, seed: int) -> Dies:
    """Die by chance, but of no task twice."""
    chances, seen = random.Random(seed), set()

    def dies(task: Any) -> bool:
        if task in seen:
            return False
        seen.add(task)
        return chances.random() < chance

    return dies
