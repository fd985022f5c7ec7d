"""Reports of coverage: a table for a terminal, and markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gradcheck.examine.coverage import Coverage

if TYPE_CHECKING:
    from rich.console import Console


def print_coverage(coverage: Coverage, console: Console) -> None:
    """Print a row for each family, then what is missing and why."""
    from rich.table import Table

    table = Table("family", "gradient functions executed", header_style="bold")
    for family, names in coverage.executed.items():
        table.add_row(family, str(len(names)))
    console.print(table)
    console.print("\n".join(_lines(coverage)), markup=False)


def coverage_markdown(coverage: Coverage) -> str:
    """Return the same as markdown."""
    rows = [f"| {family} | {len(names)} |" for family, names in coverage.executed.items()]
    head = ["| family | gradient functions executed |", "| --- | --- |", *rows, ""]
    return "\n".join([*head, *(f"{line}  " for line in _lines(coverage)), ""])


def _lines(coverage: Coverage) -> Iterator[str]:
    ran = len(frozenset[str]().union(*coverage.executed.values()))
    able = ran + len(coverage.missing) - len(coverage.cannot)
    yield f"{ran} of {able} gradient functions that can run here were executed ({coverage.share:.0%})"
    open_ = sorted(coverage.missing - set(coverage.cannot) - set(coverage.left))
    yield f"not executed: {', '.join(open_) or 'none but these'}"
    for what, reasons in (("not executed", coverage.left), ("cannot run here", coverage.cannot)):
        for why in sorted(set(reasons.values())):
            names = sorted(name for name, reason in reasons.items() if reason == why)
            yield f"{what} ({why}): {', '.join(names)}"
    yield f"registered as not differentiable: {len(coverage.refused)}"
