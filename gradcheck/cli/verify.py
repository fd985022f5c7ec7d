"""``gradcheck verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.reports import check_reports
from gradcheck.cli.shared import Optimizers, clear_errors, console, import_quietly, progress

if TYPE_CHECKING:
    from gradcheck.results import Report
    from gradcheck.verify import Settings

Engines = Annotated[list[str] | None, typer.Option("--engine", help="Only this engine; may be repeated.")]
Laws = Annotated[list[str] | None, typer.Option("--law", help="Only this law; may be repeated.")]
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", help="Graphs of this layer, or operation such as ops.erf; may be repeated."),
]
Dtypes = Annotated[list[str] | None, typer.Option("--dtype", help="float32 or float64; both by default.")]


def verify(
    points: Annotated[int, typer.Option(help="Random points to judge, spread over random graphs.")] = 1000,
    seed: Annotated[int, typer.Option(help="Which random graphs and points.")] = 0,
    engine: Engines = None,
    law: Laws = None,
    dtype: Dtypes = None,
    optimizer: Optimizers = None,
    layer: Layers = None,
    time: Annotated[float | None, typer.Option(metavar="SECONDS", help="Go on with new graphs for this long.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as JSON; - for stdout.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as JUnit XML.")] = None,
    witnesses: Annotated[Path, typer.Option(metavar="DIR", help="Where failing cases are written.")] = Path(
        ".gradcheck"
    ),
    list_: Annotated[bool, typer.Option("--list", help="List laws and engines, and stop.")] = False,
) -> None:
    """Judge every law on every engine, on the golden case and on random graphs.

    Exit code: 0 all hold, 1 a law is broken, 2 wrong usage, or nothing was judged, 3 an engine failed.
    """
    with clear_errors():
        if list_:
            _print_list()
            return
        from gradcheck.verify import Settings

        if optimizer or layer:
            import_quietly()  # their names are TensorFlow's
        both = ("float32", "float64")
        settings = Settings(
            points, seed, tuple(engine or ()), tuple(law or ()), tuple(dtype or both), time, witnesses,
            tuple(optimizer or ()), tuple(layer or ()),
        )  # fmt: skip
        check_reports(json, junit, witnesses / "witness.json")
        report = _run(settings)
        _write(report, json, junit)
    raise typer.Exit(report.exit_code)


def _run(settings: Settings) -> Report:
    from gradcheck.verify import verify as run_verify

    with progress() as update:
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
    print_report(report, console())


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
        console().print(table)
