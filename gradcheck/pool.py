"""Work in processes of their own: one that is killed costs its own result, not the run."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass
from threading import Thread
from typing import Any, Generic, TypeVar

_COLLECTED = (50_000, 20, 100)  # what is traced lives long: looking through it often takes a sixth of the time

T = TypeVar("T")
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of a task.

    Attributes:
        result: What it returned, ``None`` if it did not.
        killed: How its process ended, empty if it did not end.
        error: What it raised, ``None`` if nothing.
    """

    result: T | None = None
    killed: str = ""
    error: Exception | None = None


def run_all(
    function: Callable[..., T],
    tasks: Mapping[str, tuple[Any, ...]],
    *,
    workers: int | None = None,
    limit: float,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str, Outcome[T]]]:
    """Call a function for every task, and yield what became of each, in order, as it is known.

    Args:
        function: Called in another process: it and its arguments can be pickled.
        tasks: Arguments, by what a task is called.
        workers: How many processes; as many as there are processors if not given.
        limit: How long a task may take, in seconds.
        seconds: When to stop taking up new tasks; those left out yield nothing.
        progress: Told what is waited for, and the share of the tasks that is done.
    """
    from pebble import ProcessPool

    count = workers or os.cpu_count() or 1
    deadline = None if seconds is None else time.monotonic() + seconds
    context = multiprocessing.get_context("spawn")
    with ProcessPool(max_workers=max(1, min(count, len(tasks))), context=context, initializer=start_worker) as pool:
        waiting = [(name, pool.schedule(function, args=args, timeout=limit)) for name, args in tasks.items()]
        try:
            for done, (name, future) in enumerate(waiting):
                if deadline is not None and time.monotonic() > deadline and not future.running() and not future.done():
                    future.cancel()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
                    continue
                if progress:
                    progress(name, done / len(waiting))
                yield name, _outcome(future, limit)
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            raise


def _outcome(future: Any, limit: float) -> Outcome[Any]:
    try:
        return Outcome(future.result())
    except Exception as error:  # what a task raises must not end the run
        killed = describe_end(error, limit)
        return Outcome(killed=killed) if killed else Outcome(error=error)


def describe_end(error: BaseException, limit: float) -> str:
    """Return how a task's process ended, given what its future raised; empty if the task raised that itself."""
    from pebble import ProcessExpired

    if isinstance(error, ProcessExpired):
        return f"its process ended with exit code {error.exitcode}"
    return f"no answer within {limit:g} seconds" if isinstance(error, TooLong) else ""


def start_worker() -> None:
    """Do what every worker process begins with."""
    _be_quiet()
    gc.set_threshold(*_COLLECTED)
    Thread(target=_end_with_parent, daemon=True).start()


def _be_quiet() -> None:
    """Keep what TensorFlow's C++ says, at its start and in kernels, off the terminal of the person who waits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _end_with_parent() -> None:
    """End at once with the process that waits for the result, however that one ends: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
