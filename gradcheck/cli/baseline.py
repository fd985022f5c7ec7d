"""``gradcheck baseline record`` and ``gradcheck baseline compare``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.reports import (
    Allow,
    Expect,
    Html,
    Inputs,
    Json,
    Junit,
    Markdown,
    Only,
    Target,
    check_inputs,
    check_reports,
    is_lenient,
    write_reports,
)
from gradcheck.cli.shared import clear_errors, console, progress
from gradcheck.errors import UsageError

if TYPE_CHECKING:
    from gradcheck.baseline.case import Baseline
    from gradcheck.pool import Progress

baseline = typer.Typer(no_args_is_help=True, help="Record gradients, and compare recordings.")
Workers = Annotated[int | None, typer.Option(help="How many processes; as many as processors by default.")]


@baseline.command()
def record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write, such as gradients.safetensors.")],
    target: Target = None,
    inputs: Inputs = None,
    like: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compute what this baseline did, at its inputs and weights.")
    ] = None,
    only: Only = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a recording of FILE was stopped.")] = False,
    workers: Workers = None,
) -> None:
    """Record every gradient, law, step of training and flow with the installed TensorFlow.

    Without --target it records random two-head graphs on every engine, and every optimizer.

    Exit code: 0, or 2 for wrong usage.
    """
    with clear_errors():
        from gradcheck.files import check_writable

        check_writable(file)
        with progress() as update:
            made = _record(file, target, inputs or [], like, only or [], resume=resume, workers=workers, update=update)
        typer.echo(f"{len(made.cases):,} cases of {len(made.problems)} problems recorded in {file}")


@baseline.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="FILE", help="What was recorded before.")],
    second: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="What it is held against; the installed TensorFlow if not given."),
    ] = None,
    again: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="One more recording of either environment, to tell noise from change."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="MODULE:FUNCTION", help="The losses that FILE records: code is run only if it is named."),
    ] = None,
    allow: Allow = None,
    expect: Expect = None,
    json: Json = None,
    junit: Junit = None,
    markdown: Markdown = None,
    html: Html = None,
    workers: Workers = None,
) -> None:
    """Tell what became of every recorded gradient.

    Where FILE is held against the installed TensorFlow, what differs is computed twice, so that noise is not taken for
    a change.

    Exit code: 0 safe or to be reviewed, 1 unsafe, 2 wrong usage.
    """
    with clear_errors():
        from gradcheck.baseline.compare import compare as run_compare
        from gradcheck.baseline.expectations import apply, load_expectations
        from gradcheck.baseline.store import load
        from gradcheck.report import baseline as reports
        from gradcheck.report.baseline_page import comparison_page

        lenient = is_lenient(allow)
        check_reports(json, junit, markdown, html)
        lines = load_expectations(expect) if expect else []
        before, more = load(first), [load(path) for path in again or []]
        if second:
            after = load(second)
        else:
            with progress() as update:
                after, repeated = _record_twice(before, target, workers, update)
            more.append(repeated)
        found = apply(run_compare(before, after, again=more, lenient=lenient), lines)
        write_reports(
            (json, lambda: reports.comparison_json(found)),
            [
                (junit, lambda: reports.comparison_junit(found)),
                (markdown, lambda: reports.comparison_markdown(found)),
                (html, lambda: comparison_page([found], before.problems, file=str(first))),
            ],
            lambda: reports.print_comparison(found, console()),
        )
    raise typer.Exit(found.exit_code)


def _record(
    file: Path,
    target: str | None,
    inputs: list[str],
    like: Path | None,
    only: list[str],
    *,
    resume: bool,
    workers: int | None,
    update: Progress,
) -> Baseline:
    from gradcheck.baseline.corpus import default_problems
    from gradcheck.baseline.record import forget
    from gradcheck.baseline.record import record as run_record
    from gradcheck.baseline.store import load, save

    given = {}
    check_inputs(target, inputs)
    if like:
        known = load(like)
        _check_target(known, target)
        problems, given = dict(known.problems), dict(known.inputs)
    elif target:
        from gradcheck.baseline.target import target_problem

        problem, arrays = target_problem(target, inputs)
        problems, given = {"losses": problem}, {"losses": arrays}
    else:
        problems = default_problems()
    problems = {n: p for n, p in problems.items() if not only or any(fnmatchcase(n, glob) for glob in only)}
    if not problems:
        raise UsageError(f"--only {', '.join(only)}: there is no such problem")
    kept = file.with_name(f"{file.name}.partial")
    if not resume:
        forget(kept)
    made = run_record(problems, given, workers=workers, progress=update, kept=kept)
    save(made, file)
    forget(kept)
    return made


def _record_twice(
    before: Baseline, target: str | None, workers: int | None, update: Progress
) -> tuple[Baseline, Baseline]:
    """Record what was recorded before, and once more what differs."""
    from gradcheck.baseline.compare import Kind
    from gradcheck.baseline.compare import compare as run_compare
    from gradcheck.baseline.record import record as run_record

    _check_target(before, target)
    after = run_record(before.problems, before.inputs, workers=workers, progress=update)
    changes = run_compare(before, after).changes
    differ = {change.case.problem for change in changes if change.kind is not Kind.IDENTICAL}
    again = {name: problem for name, problem in before.problems.items() if name in differ}
    return after, run_record(again, before.inputs, workers=workers, progress=update)


def _check_target(recorded: Baseline, target: str | None) -> None:
    """Run no code that a file names unless the caller names it too.

    Raises:
        UsageError: The file records other losses.
    """
    named = {str(problem["target"]) for problem in recorded.problems.values() if problem.get("kind") == "target"}
    if named - {target}:
        raise UsageError(f"the baseline records the losses {', '.join(named)}: run them with --target {min(named)}")
