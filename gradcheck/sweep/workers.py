"""Who judges spans: processes of this machine, or the workers of a Dask cluster. Neither is written here."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from gradcheck.errors import UsageError
from gradcheck.pool import describe_end, start_worker

if TYPE_CHECKING:
    from pebble import ProcessPool

_LIMIT = 3600.0  # seconds for one span, which takes some: after that it hangs
_ALL_ENDED = "the processes that judge ended"
_ANSWER = "20s"  # within which a scheduler does
_ASK = 2.0  # seconds after which it is asked again who works
_TASKS = 8  # of a process, then it is replaced: TensorFlow keeps some megabytes of every graph it has run
_STARTS = 4  # times in a row that processes end before one of them has done anything


class Workers(Protocol):
    """Where tasks are run."""

    @property
    def count(self) -> int:
        """How many tasks run at a time."""

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run a function in another process."""

    def check(self) -> None:
        """Look after the workers, now and then: tasks that nobody will finish fail.

        Raises:
            UsageError: There will be no workers any more.
        """

    def why_killed(self, error: BaseException) -> str:
        """Return how a task's process ended, empty if it did not and the task raised."""


class Local(AbstractContextManager["Local"]):
    """Processes of this machine; one that dies is replaced.

    Args:
        count: How many; as many as there are processors if not given.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1
        self._futures: set[Future[Any]] = set()
        self._starts = 0
        self._pool = self._start()

    def _start(self) -> ProcessPool:
        from pebble import ProcessPool

        context = multiprocessing.get_context("spawn")
        return ProcessPool(max_workers=self.count, max_tasks=_TASKS, context=context, initializer=start_worker)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run a function in one of the processes."""
        self.check()
        future: Future[Any] = self._pool.schedule(function, args=args, timeout=_LIMIT)
        self._futures.add(future)
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future: Future[Any]) -> None:
        self._futures.discard(future)
        if not future.cancelled() and future.exception() is None:
            self._starts = 0

    def check(self) -> None:
        """Start processes anew where all have ended: one that is killed while all are idle takes them all with it.

        Raises:
            UsageError: They end again and again before one of them has done anything.
        """
        if self._pool.active:
            return
        self._stop()
        for future in list(self._futures):
            future.set_exception(BrokenProcessPool(_ALL_ENDED))
        self._starts += 1
        if self._starts == _STARTS:
            raise UsageError(f"{_ALL_ENDED} as soon as they started, {_STARTS} times in a row")
        self._pool = self._start()

    def why_killed(self, error: BaseException) -> str:
        """Return how the process ended."""
        if isinstance(error, BrokenProcessPool):
            return _ALL_ENDED
        return describe_end(error, _LIMIT)

    def _stop(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()

    def __exit__(self, *_: object) -> None:
        self._stop()


class Cluster(AbstractContextManager["Cluster"]):
    """The workers of a Dask cluster that runs already.

    Args:
        address: Of its scheduler, such as ``"tcp://10.0.0.1:8786"``.

    Raises:
        UsageError: Dask is not installed, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError as error:
            raise UsageError("--scheduler needs Dask: pip install 'gradcheck[cluster]'") from error
        try:
            client: Any = distributed.Client  # Dask leaves it untyped
            self._client = client(address, timeout=_ANSWER)
        except (OSError, ValueError) as error:
            raise UsageError(f"no scheduler answers at {address}: {error}") from error
        self._count, self._asked = 0, -_ASK
        if not self.count:
            self._client.close()
            raise UsageError(f"the scheduler at {address} has no workers: start some with dask worker {address}")

    @property
    def count(self) -> int:
        """How many threads its workers have, each of which takes a task; where nobody answers, how many they had."""
        if self._client.status == "running" and time.monotonic() - self._asked >= _ASK:
            with suppress(OSError):  # what a scheduler that is gone was given is cancelled, and ends the sweep
                self._count = int(sum(self._client.nthreads().values()))
            self._asked = time.monotonic()
        return self._count

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run a function on one of the workers."""
        # Dask's own executor never finishes a future whose result was lost with its worker, and then again.
        found: Future[Any] = Future()
        if self._client.status == "closed":
            _cancel(found)
        else:
            self._client.submit(function, *args, pure=False).add_done_callback(partial(_pass_on, found))
        return found

    def check(self) -> None:
        """Do nothing: Dask looks after its workers."""

    def why_killed(self, error: BaseException) -> str:
        """Return how the worker ended."""
        from distributed import KilledWorker

        return "the workers that ran it died" if isinstance(error, KilledWorker) else ""

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _pass_on(found: Future[Any], given: Any) -> None:
    """Finish a future as Dask finished its own."""
    try:
        found.set_result(given.result())
    except BaseException as error:
        if given.status == "error":
            found.set_exception(error)
        else:  # nobody is there any more who would have its result
            _cancel(found)


def _cancel(future: Future[Any]) -> None:
    future.cancel()
    future.set_running_or_notify_cancel()  # whoever waits for it
