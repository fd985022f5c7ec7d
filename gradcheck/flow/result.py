"""A flow: which loss reaches which variable, and what cuts the others off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from io import StringIO
from typing import Any

from gradcheck.errors import unknown
from gradcheck.flow.paths import Step, find_path
from gradcheck.flow.reach import Analysis, Reached


class Kind(str, Enum):
    """What is known of a loss and a variable, by the structure of the graph."""

    CONNECTED = "connected"  # a gradient flows
    BLOCKED = "blocked"  # the loss depends on the variable, but no gradient flows
    INDEPENDENT = "independent"  # the loss cannot depend on the variable
    UNUSED = "unused"  # no loss reads the variable


@dataclass(frozen=True, eq=False)
class Cell:
    """One loss and one variable.

    Attributes:
        kind: What is known.
    """

    loss: str
    variable: str
    kind: Kind
    _analysis: Analysis
    _reached: Reached
    _ends: tuple[Any, int] | None = None

    @cached_property
    def path(self) -> Sequence[Step]:
        """The operations from the variable to the loss, where there are any; found when first asked for."""
        if self._ends is None or self.kind in (Kind.INDEPENDENT, Kind.UNUSED):
            return ()
        return tuple(find_path(self._analysis, self._reached, *self._ends))

    @property
    def cuts(self) -> Sequence[Step]:
        """The operations that cut a blocked cell's path; of several in a row the first, seen from the variable."""
        if self.kind is not Kind.BLOCKED:
            return ()
        before = (None, *(step.block for step in self.path))
        return tuple(step for step, earlier in zip(self.path, before, strict=False) if step.block and not earlier)


@dataclass(frozen=True, eq=False)
class Flow:
    """A table of losses by variables; printed, it shows itself.

    Attributes:
        losses: Names of the losses.
        variables: Names of the variables.
        cells: By loss and variable.
    """

    losses: tuple[str, ...]
    variables: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def __getitem__(self, key: tuple[str, str]) -> Cell:
        """Return the cell of a loss and a variable.

        Raises:
            UsageError: There is no such loss or variable.
        """
        loss, variable = key
        if loss not in self.losses:
            raise unknown("loss", loss, self.losses)
        if variable not in self.variables:
            raise unknown("variable", variable, self.variables)
        return self.cells[loss, variable]

    def table(self) -> dict[str, dict[str, str]]:
        """Return the kind of every cell, by loss and variable, to be kept and compared."""
        return {loss: {name: self.cells[loss, name].kind.value for name in self.variables} for loss in self.losses}

    def explain(self, loss: str, variable: str) -> str:
        """Say what a cell means, with the path and the user's source lines.

        Raises:
            UsageError: There is no such loss or variable.
        """
        cell = self[loss, variable]
        lines = [f"{variable} -> {loss}: {_SENTENCES[cell.kind]}"]
        for step in cell.path:
            place = f"{step.file}:{step.line}  {step.source}" if step.file else "made by a library"
            lines.append(f"  {'x' if step.block else '|'} {step.kind:<22} {place}")
            if step.block:
                lines.append(f"    {step.block}")
        return "\n".join(lines)

    def __str__(self) -> str:
        from rich.console import Console
        from rich.table import Table

        table = Table(header_style="bold")
        table.add_column("variable", no_wrap=True)
        for loss in self.losses:
            table.add_column(loss)
        for variable in self.variables:
            table.add_row(variable, *(_text(self.cells[loss, variable]) for loss in self.losses))
        console = Console(file=StringIO(), width=140, highlight=False, markup=False)
        console.print(table)
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()


_SENTENCES = {
    Kind.CONNECTED: "connected; a gradient flows along this path",
    Kind.BLOCKED: "blocked; the loss depends on it, but no gradient comes back",
    Kind.INDEPENDENT: "independent; no path runs from the variable to the loss, whatever their values",
    Kind.UNUSED: "unused; no loss reads the variable",
}


def _text(cell: Cell) -> str:
    cuts = ", ".join(dict.fromkeys(step.kind for step in cell.cuts))
    return f"blocked by {cuts}" if cuts else cell.kind.value
