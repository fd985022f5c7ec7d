"""Recording: every problem in a process that may die, every result kept at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gradcheck.baseline.case import Baseline, Case, Sort
from gradcheck.baseline.store import load, save
from gradcheck.environment import describe_environment, describe_machine
from gradcheck.errors import UsageError
from gradcheck.gradient import Array
from gradcheck.pool import Outcome, Progress, run_all
from gradcheck.raised import Raised

_LIMIT = 600.0  # seconds for one problem; the slowest take twenty
_THREADS = 1  # of an operation, and of operations at a time: with more, sums are added up in any order
_KINDS = ("graph", "step", "target")
LOSSES = "losses"  # of a test, which no file names
Inputs = Mapping[str, Mapping[str, Array]]
Task = tuple[str, dict[str, Any], dict[str, Array]]
Run = Callable[[str, Mapping[str, Any], Mapping[str, Array]], list[Case]]


def record(
    problems: Mapping[str, Mapping[str, Any]],
    inputs: Inputs | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    kept: Path | None = None,
    run: Run | None = None,
) -> Baseline:
    """Compute every problem with the installed TensorFlow.

    Args:
        problems: What to compute, by name.
        inputs: Arrays that problems are given.
        workers: How many processes; as many as there are processors if not given.
        progress: Told what is computed, and the share of it that is done.
        kept: A folder in which what is done is kept until all is; what it holds already of this environment is not
            computed again.
        run: What computes one problem, in a process of its own; `compute` if not given.
    """
    _check(problems)
    given = inputs or {}
    environment = {**describe_environment(), **describe_machine(), "threads": str(_THREADS)}
    place = {name: index for index, name in enumerate(problems)}
    cases = {case.name: case for case in _kept(kept, environment, problems)}
    done = {case.problem for case in cases.values()}
    tasks = {name: (name, dict(p), dict(given.get(name, {}))) for name, p in problems.items() if name not in done}
    for name, outcome in _outcomes(run or compute, tasks, workers=workers, progress=progress):
        found = {case.name: case for case in _cases(name, problems[name], outcome)}
        if kept:
            save(Baseline(environment, {name: problems[name]}, found), kept / f"{place[name]:06}.part")
        cases |= found
    ordered = sorted(cases.values(), key=lambda case: place[case.problem])
    return Baseline(environment, problems, {case.name: case for case in ordered}, given)


def forget(kept: Path) -> None:
    """Remove what is kept of a recording.

    Raises:
        UsageError: The folder cannot be removed.
    """
    try:
        if kept.exists():
            shutil.rmtree(kept)
    except OSError as error:
        raise UsageError(f"cannot remove {kept}: {error.strerror}") from error


def compute(name: str, problem: Mapping[str, Any], arrays: Mapping[str, Array]) -> list[Case]:
    """Return the cases of one problem, in a process in which TensorFlow has computed nothing else."""
    from gradcheck.backend import tf

    tf.config.threading.set_intra_op_parallelism_threads(_THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(_THREADS)
    return run_problem(name, problem, arrays)


def run_problem(name: str, problem: Mapping[str, Any], arrays: Mapping[str, Array]) -> list[Case]:
    """Return the cases of one problem."""
    from gradcheck.baseline.graphs import run_graph
    from gradcheck.baseline.steps import run_step
    from gradcheck.baseline.target import run_target

    runs: dict[str, Callable[[], Iterator[Case]]] = {
        "graph": lambda: run_graph(name, problem),
        "step": lambda: run_step(name, problem),
        "target": lambda: run_target(name, problem, arrays),
    }
    return list(runs[problem["kind"]]())


def _check(problems: Mapping[str, Mapping[str, Any]]) -> None:
    """Find out before anything runs whether it can be computed here.

    Raises:
        UsageError: It cannot.
    """
    for problem in problems.values():
        if problem.get("kind") == LOSSES:
            raise UsageError(
                "the baseline is one of a test's losses, which only that test can compute: run it by pytest"
            )
        if problem.get("kind") not in _KINDS:
            raise UsageError(f"a problem must be one of {', '.join(_KINDS)}; found {problem.get('kind')!r:.40}")


def _outcomes(
    run: Run, tasks: Mapping[str, Task], *, workers: int | None, progress: Progress | None
) -> Iterator[tuple[str, Outcome[list[Case]]]]:
    """Yield what became of each problem; of a graph that an engine ends the process of, what the others give."""
    ended = []
    for name, outcome in run_all(run, tasks, workers=workers, limit=_LIMIT, progress=progress):
        if outcome.killed and tasks[name][1].get("kind") == "graph":
            ended.append(name)
        else:
            yield name, outcome
    for name in ended:
        yield name, _without_what_dies(run, tasks[name], workers)


def _without_what_dies(run: Run, task: Task, workers: int | None) -> Outcome[list[Case]]:
    from gradcheck.engines import engines

    name, problem, arrays = task
    alone = {engine.name: (name, {**problem, "alone": engine.name}, arrays) for engine in engines}
    tried = run_all(run, alone, workers=workers, limit=_LIMIT)
    dies = {engine: outcome.killed for engine, outcome in tried if outcome.killed}
    ((_, found),) = run_all(run, {name: (name, {**problem, "dies": dies}, arrays)}, workers=1, limit=_LIMIT)
    return found


def _cases(name: str, problem: Mapping[str, Any], outcome: Outcome[list[Case]]) -> Sequence[Case]:
    """Return what a problem gave; where it gave nothing, one case that says why."""
    if outcome.result is not None:
        return outcome.result
    raised = Raised.of(outcome.error) if outcome.error else Raised("Killed", outcome.killed)
    sort = Sort.STEP if problem.get("kind") == "step" else Sort.GRADIENT
    return [Case(name, name, sort, {}, {"all": raised})]


def _kept(
    folder: Path | None, environment: Mapping[str, str], problems: Mapping[str, Mapping[str, Any]]
) -> Iterator[Case]:
    """Yield what an earlier recording of the same environment left; a part that is damaged is computed again."""
    for path in sorted(folder.glob("*.part")) if folder else ():
        try:
            part = load(path)
        except UsageError:
            path.unlink(missing_ok=True)
            continue
        if part.environment == environment and all(problems.get(name) == p for name, p in part.problems.items()):
            yield from part.cases.values()
        else:
            path.unlink(missing_ok=True)
