"""``gradcheck sweep``, ``gradcheck sweep report`` and ``gradcheck sweep merge``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.reports import Html, check_reports, write_reports
from gradcheck.cli.shared import clear_errors, console
from gradcheck.cli.sweep_progress import showing
from gradcheck.errors import UsageError

if TYPE_CHECKING:
    from gradcheck.sweep.log import Log
    from gradcheck.sweep.plan import Plan
    from gradcheck.sweep.workers import Workers

Names = list[str] | None
_LAW = "Only this law, at every point, or at two of a stack if it takes points one by one; may be repeated."
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

sweep = typer.Typer(invoke_without_command=True, no_args_is_help=False)


@sweep.callback()
def run(
    context: typer.Context,
    points: Annotated[str | None, typer.Option(help="How many points, such as 1e9; 1e6 if no time is given.")] = None,
    time: Annotated[str | None, typer.Option(metavar="DURATION", help="For how long, such as 8h, 30m or 90s.")] = None,
    seed: Annotated[int, typer.Option(help="Which graphs, sizes and values.")] = 0,
    engine: Annotated[Names, typer.Option(help="On this engine; may be repeated; graph if none.")] = None,
    law: Annotated[Names, typer.Option(help=_LAW)] = None,
    dtype: Annotated[Names, typer.Option(help="float32 or float64; both by default.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Polynomials at integers: no tolerance at all.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one for each core by default.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster's, tcp://host:port.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where all that is found is kept.")] = Path(
        ".gradcheck/sweep"
    ),
    resume: Annotated[Path | None, typer.Option(metavar="DIR", help="Go on with a sweep that was stopped.")] = None,
    part: Annotated[str, typer.Option(metavar="K/N", help="Only the K-th of N parts; merge joins them.")] = "1/1",
) -> None:
    """Judge laws at millions of random points; nothing is lost when it is stopped or killed.

    Exit code: 0 all hold, 1 a law is broken, 2 wrong usage or nothing judged, 3 an engine failed.
    """
    if context.invoked_subcommand:
        return
    with clear_errors():
        if workers and scheduler:
            raise UsageError("--workers are this machine's processes and --scheduler is a cluster: give one of them")
        seconds = None if time is None else _seconds(time)
        if resume is None:
            plan = _plan(points, seconds, seed, engine, law, dtype, exact)
            held = _started(out, plan, _part(part))
        else:
            _refuse_beside_resume(context)
            held = _resumed(resume)
        with _workers(workers, scheduler) as ready, held as log:
            from gradcheck.sweep.run import Sweep

            with showing() as show:
                run_ = Sweep(log, ready, seconds, show)
                run_.run()
            _print(log)
            if run_.interrupted or (log.points is not None and any(log.missing())):
                typer.echo(f"stopped at {log.judged:,} points; go on with: gradcheck sweep --resume {log.folder}")
    raise typer.Exit(_exit_code(log))


@sweep.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What --out named.", show_default=False)],
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JSON; - for stdout.")] = None,
    html: Html = None,
) -> None:
    """Show what a sweep has found, while it runs or after.

    Exit code: 0 all hold, 1 a law is broken, 2 wrong usage or nothing judged, 3 an engine failed.
    """
    with clear_errors():
        from gradcheck.report.sweep import to_json
        from gradcheck.report.sweep_page import sweep_page
        from gradcheck.sweep.log import read

        check_reports(json, html)
        log = read(folder)
        write_reports((json, lambda: to_json(log)), [(html, lambda: sweep_page(log))], lambda: _print(log))
    raise typer.Exit(_exit_code(log))


@sweep.command()
def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Sweeps.", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the result goes.", show_default=False)],
) -> None:
    """Join parts of one sweep, or sweeps of several plans; points that two of them share count once, at their worst.

    Exit code: 0 all hold, 1 a law is broken, 2 wrong usage or nothing judged, 3 an engine failed.
    """
    with clear_errors():
        from gradcheck.sweep.merge import merge as merge_folders

        log = merge_folders(folders, out)
        _print(log)
    raise typer.Exit(_exit_code(log))


# --- what is asked for ---------------------------------------------------------------------------


def _plan(
    points: str | None, seconds: float | None, seed: int, engine: Names, law: Names, dtype: Names, exact: bool
) -> Plan:
    from gradcheck.sweep.plan import DEFAULT_POINTS, plan_of

    count = _points(points) if points is not None else None if seconds else DEFAULT_POINTS
    return plan_of(count, seed=seed, engines=engine or ("graph",), laws=law or (), dtypes=dtype or (), exact=exact)


def _points(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not number >= 1 or not number.is_integer():
        raise UsageError(f"--points must be a whole number of at least 1, such as 1000000 or 1e9; found {text!r}")
    return int(number)


def _seconds(text: str) -> float:
    unit = _UNITS.get(text[-1:], 0)
    try:
        number = float(text[:-1] if unit else text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise UsageError(f"--time must be a duration such as 8h, 30m or 90s; found {text!r}")
    return number * (unit or 1)


def _part(text: str) -> tuple[int, int]:
    numbers = text.split("/")
    if len(numbers) == 2 and all(number.isdecimal() for number in numbers):
        part, parts = map(int, numbers)
        if 1 <= part <= parts:
            return part, parts
    raise UsageError(f"--part must be K/N with K from 1 to N, such as 1/4; found {text!r}")


def _refuse_beside_resume(context: typer.Context) -> None:
    """Refuse what a sweep that goes on was started with."""
    kept = ("points", "seed", "engine", "law", "dtype", "exact", "out", "part")
    sources = {name: context.get_parameter_source(name) for name in kept}
    given = [f"--{name}" for name, source in sources.items() if source is not None and source.name != "DEFAULT"]
    if given:
        raise UsageError(f"--resume goes on as the sweep was started: leave out {', '.join(given)}")


def _started(out: Path, plan: Plan, part: tuple[int, int]) -> AbstractContextManager[Log]:
    from gradcheck.sweep.log import started

    return started(out, plan, part)


def _resumed(folder: Path) -> AbstractContextManager[Log]:
    from gradcheck.sweep.log import resumed

    return resumed(folder)


def _workers(count: int | None, scheduler: str | None) -> AbstractContextManager[Workers]:
    from gradcheck.sweep.workers import Cluster, Local

    return Cluster(scheduler) if scheduler else Local(count)


# --- what is seen --------------------------------------------------------------------------------


def _print(log: Log) -> None:
    from gradcheck.report.sweep import print_sweep

    print_sweep(log, console())


def _exit_code(log: Log) -> int:
    from gradcheck.report.sweep_outcome import outcome

    return outcome(log.tally).code
