"""Processes that examine operations: one that is killed costs a verdict, not the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from gradcheck.backend import tf
from gradcheck.examine.finding import Examined
from gradcheck.examine.plan import Choice
from gradcheck.pool import Outcome, Progress, run_all

_SECONDS = 900.0  # for one operation; the slowest take a minute, or more on a busy machine


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
    tell = progress or (lambda _what, _share: None)
    tasks = {name: (name, choice) for name in names}
    found = run_all(
        run or _examine, tasks, workers=workers, limit=_SECONDS, seconds=seconds,
        progress=lambda name, share: tell(f"examining {name}", share),
    )  # fmt: skip
    for name, outcome in found:
        yield _examined(name, outcome)


def _examined(name: str, outcome: Outcome[Examined]) -> Examined:
    if outcome.result is not None:
        return outcome.result
    if outcome.error is None:
        return Examined(name, killed=outcome.killed)
    # What the examination itself raises must not end the run.
    return Examined(name, gaps={name: f"{type(outcome.error).__name__}: {outcome.error}"})


def _examine(name: str, choice: Choice) -> Examined:
    from gradcheck.examine.judge import examine
    from gradcheck.op import ops

    _use_one_thread()
    return examine(ops[name], choice)


@cache
def _use_one_thread() -> None:
    """Leave the other processors to the other processes: an operation at a few numbers has no use for them."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
