"""``gradcheck ops`` and ``gradcheck coverage``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.reports import check_reports
from gradcheck.cli.shared import clear_errors, console, progress

if TYPE_CHECKING:
    from gradcheck.examine.plan import Choice
    from gradcheck.examine.result import Result

Families = Annotated[list[str] | None, typer.Option("--family", help="Only this family; may be repeated.")]
Names = Annotated[list[str] | None, typer.Option("--op", help="Only this operation; may be repeated.")]
Oracles = Annotated[list[str] | None, typer.Option("--oracle", help="Only this oracle; may be repeated.")]
Dtypes = Annotated[list[str] | None, typer.Option("--dtype", help="Only this dtype, such as complex64.")]


def ops(
    family: Families = None,
    op: Names = None,
    oracle: Oracles = None,
    dtype: Dtypes = None,
    edges: Annotated[bool, typer.Option("--edges", help="Go to the edges of the domains as well.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Every oracle at each operation's usual point, every dtype, and the edges.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Which points, and whose turn it is.")] = 0,
    time: Annotated[float | None, typer.Option(metavar="SECONDS", min=0, help="Begin no operation after this.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one for each core by default.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result as JSON; - for stdout.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result as JUnit XML.")] = None,
    witnesses: Annotated[Path, typer.Option(metavar="DIR", help="Where new findings are written.")] = Path(
        ".gradcheck"
    ),
    list_: Annotated[bool, typer.Option("--list", help="List oracles and operations, and stop.")] = False,
) -> None:
    """Judge the gradients of TensorFlow's own operations, and say what is new, known and gone.

    Ctrl-C ends it with what is done so far.

    Exit code: 0 all is as known, 1 a fault is new or gone, 2 wrong usage, 3 an operation killed its process.
    """
    with clear_errors():
        from gradcheck.examine.plan import Choice

        if list_:
            _print_list()
            return
        choice = Choice(
            tuple(family or ()), tuple(op or ()), tuple(oracle or ()), tuple(dtype or ()),
            edges=edges or everything, everything=everything, seed=seed,
        )  # fmt: skip
        check_reports(json, junit, witnesses / "finding.json")
        result, families = _examine(choice, workers, time)
        _write(result, families, json, junit, _keep(result, witnesses))
    raise typer.Exit(result.exit_code)


def coverage(
    family: Families = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as markdown.")] = False,
) -> None:
    """Run the catalogue, and tell which of TensorFlow's registered gradient functions it executed.

    Exit code: 0, or 2 for wrong usage.
    """
    with clear_errors():
        from gradcheck.examine.coverage import measure_coverage
        from gradcheck.examine.plan import Choice
        from gradcheck.report.coverage import coverage_markdown, print_coverage

        choice = Choice(tuple(family or ()), oracle=("form", "numeric", "forward", "second", "graph"), edges=True)
        result, families = _examine(choice, None, None)
        measured = measure_coverage(result, families)
        if markdown:
            typer.echo(coverage_markdown(measured), nl=False)
        else:
            print_coverage(measured, console())


def _examine(choice: Choice, workers: int | None, seconds: float | None) -> tuple[Result, dict[str, str]]:
    from gradcheck.examine.plan import chosen_ops
    from gradcheck.examine.pool import examine_all
    from gradcheck.examine.result import summarise

    found, interrupted = [], False
    with progress() as update:
        families = {op.name: op.family for op in chosen_ops(choice)}
        try:
            for one in examine_all(list(families), choice, workers=workers, seconds=seconds, progress=update):
                found.append(one)
        except KeyboardInterrupt:
            interrupted = True
    return summarise(found, interrupted=interrupted), families


def _keep(result: Result, folder: Path) -> dict[str, Path]:
    """Write the first finding of each new cause as a witness; return where, by the cause's name."""
    from gradcheck.examine.script import why_no_script
    from gradcheck.examine.witness import FindingWitness

    firsts = {cause.name: cause.findings[0] for cause in result.new}
    return {name: FindingWitness(first, why_no_script(first)).save(folder) for name, first in firsts.items()}


def _write(
    result: Result, families: dict[str, str], json: Path | None, junit: Path | None, witnesses: dict[str, Path]
) -> None:
    from json import dumps

    from gradcheck.files import write_whole
    from gradcheck.report.ops import print_result, result_json, result_junit

    if junit:
        write_whole(junit, result_junit(result, families, witnesses))
    if json:
        text = dumps(result_json(result, families, witnesses), indent=1) + "\n"
        if str(json) == "-":
            typer.echo(text, nl=False)
            return
        write_whole(json, text)
    print_result(result, families, witnesses, console())


def _print_list() -> None:
    from rich.table import Table

    from gradcheck.op import ops as catalogue
    from gradcheck.oracles import oracles

    families: dict[str, list[str]] = {}
    for op in catalogue:
        families.setdefault(op.family, []).append(op.name)
    for title, rows in (
        ("Oracles", [(oracle.name, oracle.about) for oracle in oracles]),
        ("Families", [(name, ", ".join(members)) for name, members in sorted(families.items())]),
    ):
        table = Table(title=title, title_justify="left", show_header=False)
        table.add_column(no_wrap=True, style="bold")
        table.add_column()
        for row in rows:
            table.add_row(*row)
        console().print(table)
