"""Processes that examine operations: one that is killed costs a verdict, not the run."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as TooLong
from typing import Any

from gradcheck.examine.finding import Examined
from gradcheck.examine.plan import Choice

Progress = Callable[[str, float], None]
_SECONDS = 300.0  # for one operation; the slowest take a few seconds


def examine_all(
    names: Sequence[str],
    choice: Choice,
    *,
    workers: int | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
    run: Callable[[str, Choice], Examined] | None = None,
) -> Iterator[Examined]:
    """Examine operations in processes of their own, and yield what became of each as it is known.

    Args:
        names: The operations.
        choice: How they are examined.
        workers: How many processes; as many as there are processors if not given.
        seconds: When to stop taking up new operations.
        progress: Told what is done, and the share of it.
        run: What examines one operation, in a process of its own; as `judge.examine` does if not given.
    """
    from pebble import ProcessPool

    count = workers or os.cpu_count() or 1
    deadline = None if seconds is None else time.monotonic() + seconds
    context = multiprocessing.get_context("spawn")
    with ProcessPool(max_workers=min(count, len(names)), context=context, initializer=_be_quiet) as pool:
        waiting = [(name, pool.schedule(run or _examine, args=(name, choice), timeout=_SECONDS)) for name in names]
        for done, (name, future) in enumerate(waiting):
            if deadline is not None and time.monotonic() > deadline and not future.running() and not future.done():
                future.cancel()  # type: ignore[no-untyped-call]
                continue
            if progress:
                progress(f"examining {name}", done / len(names))
            yield _result(name, future)


def _be_quiet() -> None:
    """Keep what TensorFlow's C++ says, at its start and in kernels, off the terminal of the person who waits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _result(name: str, future: Any) -> Examined:
    from pebble import ProcessExpired

    try:
        found: Examined = future.result()
    except ProcessExpired as ended:
        return Examined(name, killed=f"its process ended with exit code {ended.exitcode}")
    except TooLong:
        return Examined(name, killed=f"no answer within {_SECONDS:g} seconds")
    except Exception as error:  # what the examination itself raises must not end the run
        return Examined(name, gaps={name: f"{type(error).__name__}: {error}"})
    return found


def _examine(name: str, choice: Choice) -> Examined:
    from gradcheck.examine.judge import examine
    from gradcheck.op import ops

    return examine(ops[name], choice)
