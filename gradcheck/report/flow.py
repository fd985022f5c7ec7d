"""What a person reads of a flow: the table, a path, and what differs from what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gradcheck.flow.picture import summary
from gradcheck.flow.record import Difference
from gradcheck.flow.result import Flow
from gradcheck.flow.words import MARKS, MEANINGS, label, state

_STYLES = {
    "connected": "green", "blocked": "red", "independent": "dim", "unused": "dim italic", "dead": "yellow",
    "disagreement": "bold magenta",
}  # fmt: skip


def print_flow(flow: Flow, console: Console) -> None:
    """Print the table, and what its marks mean."""
    table = Table(title="Which loss reaches which variable", title_justify="left", header_style="bold")
    table.add_column("variable", overflow="fold")
    for loss in flow.losses:
        table.add_column(escape(loss), overflow="fold")
    there = dict.fromkeys(map(state, flow.cells.values()))
    for name in flow.variables:
        cells = [(state(cell), label(cell)) for cell in (flow.cells[loss, name] for loss in flow.losses)]
        table.add_row(escape(name), *(f"[{_STYLES[kind]}]{MARKS[kind]} {escape(text)}" for kind, text in cells))
    console.print(table)
    width = max(map(len, there), default=0) + 3
    for kind in (kind for kind in MARKS if kind in there):
        console.print(f"{f'{MARKS[kind]} {kind}':<{width}} {MEANINGS[kind]}", style="dim")
    console.print("\n" + escape(summary(flow)), soft_wrap=True)


def print_disagreements(flow: Flow, console: Console) -> None:
    """Print every cell where the structure and what was measured contradict each other."""
    for cell in flow.disagreements:
        found = f"{cell.variable} -> {cell.loss}: {cell.disagreement}"
        console.print(f"[bold magenta]Structure and tape disagree.[/] {escape(found)}.", soft_wrap=True)


def print_path(flow: Flow, loss: str, variable: str, console: Console) -> None:
    """Print one cell's path, its cuts marked.

    Raises:
        UsageError: There is no such loss or variable.
    """
    for line in flow.explain(loss, variable).splitlines():
        console.print(escape(line), style="red" if line.startswith("  x ") else None, soft_wrap=True)


def describe_differences(flow: Flow, differences: Sequence[Difference]) -> str:
    """Say of each cell that differs what was expected, what was found, and why it is so."""
    return "\n\n".join(_difference(flow, difference) for difference in differences)


def _difference(flow: Flow, cell: Difference) -> str:
    lines = [
        f"{cell.variable} -> {cell.loss}",
        f"  expected   {cell.expected or 'no such cell: the loss or the variable is new'}",
        f"  found      {cell.found or 'no such cell: the loss or the variable is gone'}",
    ]
    if cell.found:
        first, *path = flow.explain(cell.loss, cell.variable).splitlines()
        lines += [f"  because    {first.partition(': ')[2]}", *(f"           {line}" for line in path)]
    return "\n".join(lines)
