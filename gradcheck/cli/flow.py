"""``gradcheck flow``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcheck.cli.reports import check_reports
from gradcheck.cli.shared import clear_errors, console, progress
from gradcheck.errors import UsageError

if TYPE_CHECKING:
    from gradcheck.flow.cell import Cell
    from gradcheck.flow.record import Table
    from gradcheck.flow.result import Flow

_MEASURED = 3  # times, where inputs are drawn: a relu that is dead at one input need not be dead


def flow(
    losses: Annotated[
        str,
        typer.Argument(
            metavar="MODULE:FUNCTION", help="What returns the losses: train:losses, or path/train.py:losses."
        ),
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="SPEC", help='An argument of it, such as "float32[None,3]"; one for each.'),
    ] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option("--variable", metavar="GLOB", help="Only variables of this name; may be repeated."),
    ] = None,
    explain: Annotated[
        tuple[str, str] | None, typer.Option("--explain", metavar="LOSS VARIABLE", help="Show the path of one cell.")
    ] = None,
    measure: Annotated[bool, typer.Option("--measure", help="Evaluate every gradient, and show its norm.")] = False,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as JSON; - for stdout.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the table, and the path explained.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table as a web page.")] = None,
    expect: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Hold the table against one that --json wrote.")
    ] = None,
) -> None:
    """Tell which loss reaches which variable of your own model, and what cuts the others off.

    FUNCTION returns a mapping, a tuple or one tensor of losses. It takes no arguments and builds its
    inputs itself, or takes one tensor for each --input: a dtype and a shape, where None stands for any
    size, such as float32[None,3] or int32[8] or float32. It is traced, not run. A compiled Keras model
    takes two: inputs and targets.

    --measure runs it: on random inputs with a fixed seed, three times, where --input is given; unknown
    sizes are 4, floats are normally distributed and whole numbers 0 or 1.

    Exit code: 0, 1 the table is not what --expect says or --measure contradicts it, 2 wrong usage.
    """
    with clear_errors():
        outputs = {"json": json, "svg": svg, "html": html}
        globs = tuple(variable or ())
        command = _command(losses, inputs or (), globs, expect)
        _check(outputs, expect, command)
        expected = _expected(expect, globs)
        found = _trace(losses, inputs or (), globs, measure=measure)
        cell = found[explain] if explain else None
        _write(found, cell, outputs)
        holds = True
        if expect and expected is not None:
            holds, told = _compare(found, expected, f"{losses} is {{}}what {expect} says", command)
            typer.echo(told, err=str(json) == "-")
        if str(json) != "-":
            _show(found, cell, table=expect is None)
    raise typer.Exit(0 if holds and not found.disagreements else 1)


def _command(losses: str, inputs: Sequence[str], globs: Sequence[str], file: Path | None) -> str:
    """Return the command that writes the file that is expected."""
    options = [word for text in inputs for word in ("--input", text)]
    options += [word for glob in globs for word in ("--variable", glob)]
    return shlex.join(["gradcheck", "flow", losses, *options, "--json", str(file)])


def _check(outputs: dict[str, Path | None], expect: Path | None, command: str) -> None:
    check_reports(outputs["json"], outputs["svg"], outputs["html"])
    if expect and not expect.exists():
        raise UsageError(f"--expect: there is no file {expect}; write it with: {command}")


def _expected(expect: Path | None, globs: tuple[str, ...]) -> Table | None:
    from gradcheck.flow.record import load_table

    return load_table(expect, globs=globs) if expect else None


def _trace(target: str, inputs: Sequence[str], globs: tuple[str, ...], *, measure: bool) -> Flow:
    with progress() as update:
        from gradcheck.flow.flow import flow as run_flow
        from gradcheck.inputs import draw_inputs, parse_input
        from gradcheck.target import check_arguments, load_losses

        specs = [parse_input(text) for text in inputs]
        update(f"importing {target.rpartition(':')[0]}", 0.4)
        losses = load_losses(target)
        check_arguments(losses, specs, target)
        update("tracing the losses", 0.6)
        with redirect_stdout(sys.stderr):
            found = run_flow(losses, *specs, variables=list(globs) or None)
            if measure:
                update("measuring gradients", 0.7)
                found = _measure(found, lambda seed: draw_inputs(specs, seed), times=_MEASURED if specs else 1)
        update("looking for what cuts", 0.9)
        _find_cuts(found)
        return found


def _measure(found: Flow, draw: Callable[[int], Sequence[Any]], *, times: int) -> Flow:
    for seed in range(times):
        found = found.measure(*draw(seed))
    return found


def _find_cuts(found: Flow) -> None:
    """Look for what every table shows while there is progress to see: a large graph takes a while."""
    for cell in found.cells.values():
        _ = cell.cuts


def _write(found: Flow, cell: Cell | None, outputs: dict[str, Path | None]) -> None:
    from gradcheck.files import write_whole
    from gradcheck.flow.picture import flow_svg
    from gradcheck.flow.record import to_json
    from gradcheck.report.flow_page import flow_page

    makers = {"json": lambda: to_json(found, explained=cell), "svg": lambda: flow_svg(found, cell),
              "html": lambda: flow_page(found, cell)}  # fmt: skip
    for kind, path in outputs.items():
        if kind == "json" and str(path) == "-":
            typer.echo(makers[kind](), nl=False)
        elif path:
            write_whole(path, makers[kind]())


def _compare(found: Flow, expected: Table, claim: str, command: str) -> tuple[bool, str]:
    """Return whether the tables are the same, and what to say of it."""
    from gradcheck.flow.record import find_differences
    from gradcheck.report.flow import describe_differences

    differences = find_differences(expected, found.table())
    if not differences:
        return True, f"{claim.format('')}, in all {len(found.cells)} cells"
    told = describe_differences(found, differences)
    count = f"{len(differences)} cell{'s' * (len(differences) != 1)}"
    return False, f"{claim.format('not ')}, in {count}\n\n{told}\n\nif the change is meant, write it anew: {command}"


def _show(found: Flow, cell: Cell | None, *, table: bool) -> None:
    from gradcheck.report.flow import print_disagreements, print_flow, print_path

    if table:
        print_flow(found, console())
    print_disagreements(found, console())
    if cell:
        typer.echo()
        print_path(cell, console())
