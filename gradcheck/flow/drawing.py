"""Drawing a table of losses by variables as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import StringIO

_WIDTH = 140


def draw(
    losses: Sequence[str], variables: Sequence[str], text: Callable[[str, str], str], *, rows: str = "variable"
) -> str:
    """Return a table with a row for each variable and a column for each loss.

    Args:
        losses: Names of the columns.
        variables: Names of the rows.
        text: What stands in the cell of a loss and a variable.
        rows: What the rows are, if not variables.
    """
    from rich.console import Console
    from rich.table import Table

    table = Table(header_style="bold")
    table.add_column(rows, no_wrap=True)
    for loss in losses:
        table.add_column(loss)
    for name in variables:
        table.add_row(name, *(text(loss, name) for loss in losses))
    file = StringIO()
    # In a notebook rich would show the table itself, and write nothing.
    console = Console(file=file, width=_WIDTH, force_terminal=False, force_jupyter=False, highlight=False, markup=False)
    console.print(table)
    return file.getvalue()
