"""The command line: ``gradcheck verify``, ``gradcheck replay`` and ``gradcheck routes``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gradcheck.errors import GradcheckError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from gradcheck.results import Report
    from gradcheck.verify import Settings

app = typer.Typer(
    name="gradcheck",
    help="State which gradients must be equal, different, absent or untouched, and check it on real TensorFlow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Engines = Annotated[list[str] | None, typer.Option("--engine", help="Only this engine; may be repeated.")]
Laws = Annotated[list[str] | None, typer.Option("--law", help="Only this law; may be repeated.")]
Optimizers = Annotated[
    list[str] | None,
    typer.Option("--optimizer", help="Train with this optimizer alone, such as keras.Adam; may be repeated."),
]
Dtypes = Annotated[list[str] | None, typer.Option("--dtype", help="float32 or float64; both by default.")]


@app.command()
def verify(
    points: Annotated[int, typer.Option(help="Random points to judge, spread over random graphs.")] = 1000,
    seed: Annotated[int, typer.Option(help="Which random graphs and points.")] = 0,
    engine: Engines = None,
    law: Laws = None,
    dtype: Dtypes = None,
    optimizer: Optimizers = None,
    time: Annotated[float | None, typer.Option(metavar="SECONDS", help="Go on with new graphs for this long.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as JSON; - for stdout.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as JUnit XML.")] = None,
    witnesses: Annotated[Path, typer.Option(metavar="DIR", help="Where failing cases are written.")] = Path(
        ".gradcheck"
    ),
    list_: Annotated[bool, typer.Option("--list", help="List laws and engines, and stop.")] = False,
) -> None:
    """Judge every law on every engine, on the golden case and on random graphs.

    Exit code: 0 all hold, 1 a law is broken, 2 wrong usage, 3 an engine failed.
    """
    with _clear_errors():
        if list_:
            _print_list()
            return
        from gradcheck.files import check_writable
        from gradcheck.verify import Settings

        if optimizer:
            _import_quietly()  # their names are TensorFlow's
        both = ("float32", "float64")
        settings = Settings(
            points, seed, tuple(engine or ()), tuple(law or ()), tuple(dtype or both), time, witnesses,
            tuple(optimizer or ()),
        )  # fmt: skip
        for path in (json, junit, witnesses / "witness.json"):
            if path and str(path) != "-":
                check_writable(path)
        report = _run(settings)
        _write(report, json, junit)
    raise typer.Exit(report.exit_code)


@app.command()
def replay(
    witness: Annotated[Path, typer.Argument(help="A file that verify wrote.", show_default=False)],
    script: Annotated[bool, typer.Option("--script", help="Print a script that needs only TensorFlow.")] = False,
) -> None:
    """Judge a failing case again, or print it as a script.

    Exit code: 0 the law holds now, 1 it is still broken, 2 wrong usage, 3 the engine failed.
    """
    with _clear_errors():
        from gradcheck.witness import load_witness

        _import_quietly()
        loaded = load_witness(witness)
        if script and loaded.optimizer:
            raise UsageError(
                f"{witness} shows a step of training: there is no script of it; replay it without --script"
            )
        if script:
            from gradcheck.script import write_script

            typer.echo(write_script(loaded))
            return
        broken = _replay(loaded, witness)
    raise typer.Exit(1 if broken else 0)


@app.command()
def routes(
    optimizer: Optimizers = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as markdown.")] = False,
) -> None:
    """Compare the ways to train two heads apart, on every kind of optimizer.

    Exit code: 0, or 2 for wrong usage.
    """
    with _clear_errors():
        from gradcheck.training.optimizers import choose_optimizers
        from gradcheck.training.plan import one_of_each
        from gradcheck.training.table import compare_routes

        _import_quietly()
        chosen = choose_optimizers(optimizer or ())
        with _progress() as update:
            rows = list(compare_routes(chosen if optimizer else one_of_each(chosen), progress=update))
        from gradcheck.report.routes import print_routes, routes_markdown

        if markdown:
            typer.echo(routes_markdown(rows), nl=False)
        else:
            print_routes(rows, _console())


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """Show what is being done while TensorFlow is imported and used."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(stderr=True), transient=True) as progress:
        task = progress.add_task("importing TensorFlow", total=1.0)
        _import_quietly()
        yield lambda what, share: progress.update(task, description=what, completed=share)


def _run(settings: Settings) -> Report:
    from gradcheck.verify import verify as run_verify

    with _progress() as update:
        return run_verify(settings, update)


def _write(report: Report, json: Path | None, junit: Path | None) -> None:
    from gradcheck.files import write_whole
    from gradcheck.report.json import to_json
    from gradcheck.report.junit import to_junit
    from gradcheck.report.terminal import print_report

    if junit:
        write_whole(junit, to_junit(report))
    if json and str(json) == "-":
        typer.echo(to_json(report), nl=False)
        return
    if json:
        write_whole(json, to_json(report))
    print_report(report, _console())


def _replay(loaded: object, path: Path) -> bool:
    from dataclasses import replace

    from gradcheck.report.terminal import describe_witness
    from gradcheck.witness import Witness
    from gradcheck.witness import replay as run_replay

    assert isinstance(loaded, Witness)
    broken = run_replay(loaded)
    for check, explanation in broken:
        now = replace(loaded, claim=check.claim, variable=check.variable, explanation=explanation)
        typer.echo(describe_witness(now, path) + "\n")
    if not broken:
        typer.echo(f"{loaded.law} holds on engine {loaded.engine} at this point now.")
    return bool(broken)


def _print_list() -> None:
    from rich.markup import escape
    from rich.table import Table

    from gradcheck.engines import engines
    from gradcheck.laws import laws
    from gradcheck.training.laws import step_laws

    for title, rows in (
        ("Laws", [(law.name, f"{escape(law.sentence)}\n[dim]{escape(law.equation)}") for law in laws]),
        ("Laws of a step", [(law.name, f"{escape(law.sentence)}\n[dim]{escape(law.equation)}") for law in step_laws]),
        ("Engines", [(engine.name, escape(engine.about)) for engine in engines]),
    ):
        table = Table(title=title, title_justify="left", show_header=False, show_lines=False)
        table.add_column(no_wrap=True, style="bold")
        table.add_column()
        for row in rows:
            table.add_row(*row)
        _console().print(table)


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    terminal = sys.stderr.isatty() if stderr else sys.stdout.isatty()
    # A file or a pipe gets the whole table, however narrow its default width.
    return Console(stderr=stderr, width=None if terminal else 140, highlight=False)


def _import_quietly() -> None:
    from gradcheck.backend import load

    with _quiet():
        load()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep TensorFlow's start-up messages, which come from C++, off the terminal."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn gradcheck's errors into one line and an exit code."""
    try:
        yield
    except UsageError as error:
        _fail(str(error), 2)
    except GradcheckError as error:
        _fail(str(error), 3)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"gradcheck: {message}", err=True)
    raise typer.Exit(code)


def main() -> None:
    """Run the command line."""
    app()
