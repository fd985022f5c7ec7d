"""What a person reads of a flow: the table, a path, and what differs from what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcheck.flow.cell import Cell
from gradcheck.flow.picture import summary
from gradcheck.flow.record import Difference
from gradcheck.flow.result import Flow
from gradcheck.flow.words import MARKS, MEANINGS, describe, label, state

_STYLES = {
    "connected": "green", "blocked": "red", "independent": "dim", "unused": "dim italic", "dead": "yellow",
    "disagreement": "bold magenta",
}  # fmt: skip


def print_flow(flow: Flow, console: Console) -> None:
    """Print the table, and what its marks mean."""
    table = Table(title="Which loss reaches which variable", title_justify="left", header_style="bold")
    # Names are read whole; where they take more than half of the width they must give way.
    longest = max(map(len, flow.variables))
    table.add_column("variable", overflow="fold", no_wrap=longest < console.width // 2)
    for loss in flow.losses:
        table.add_column(escape(loss), overflow="fold")
    there = dict.fromkeys(map(state, flow.cells.values()))
    for name in flow.variables:
        cells = [(state(cell), label(cell)) for cell in (flow.cells[loss, name] for loss in flow.losses)]
        table.add_row(escape(name), *(f"[{_STYLES[kind]}]{MARKS[kind]} {text}" for kind, text in cells))
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


def print_path(cell: Cell, console: Console) -> None:
    """Print what a cell means and its path, the cuts marked."""
    for line in describe(cell).splitlines():
        style = "red" if line.startswith(f"  {MARKS['blocked']} ") else ""
        if console.is_terminal:  # which wraps long lines of code below themselves
            body = line.lstrip()
            console.print(Padding(Text(body, style), (0, 0, 0, len(line) - len(body)), expand=False))
        else:
            console.print(Text(line), soft_wrap=True)


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
        lines.append(indent(describe(flow[cell.loss, cell.variable]), "  "))
    return "\n".join(lines)
