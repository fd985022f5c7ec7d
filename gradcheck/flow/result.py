"""A flow: which loss reaches which variable, and what cuts the others off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from io import StringIO
from typing import Any

from gradcheck.errors import unknown
from gradcheck.flow.measure import Measuring
from gradcheck.flow.paths import Step, find_path
from gradcheck.flow.reach import Analysis, Reached
from gradcheck.flow.table import KindTable


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
        norms: The norm of the gradient wherever it was measured, ``None`` where the tape gave none.
        failure: What the tape raised instead of giving a gradient, empty if nothing.
    """

    loss: str
    variable: str
    kind: Kind
    _analysis: Analysis
    _reached: Reached
    _ends: tuple[Any, int] | None = None
    norms: tuple[float | None, ...] = ()
    failure: str = ""

    @property
    def dead(self) -> bool:
        """Whether a connected cell's gradient was exactly zero wherever it was measured."""
        return self.kind is Kind.CONNECTED and bool(self.norms) and all(norm == 0 for norm in self.norms)

    @property
    def disagreement(self) -> str | None:
        """What the tape gave that the structure rules out, ``None`` where they agree."""
        given = [norm for norm in self.norms if norm is not None]
        if self.kind is Kind.CONNECTED:
            found = f"raises {self.failure}" if self.failure else "gives None"
            return f"the structure says connected, and the tape {found}" if len(given) < len(self.norms) else None
        if not given:
            return None
        if any(given):
            return f"the structure says {self.kind.value}, and the tape gives a gradient of norm {max(given):.4g}"
        if self.kind is Kind.BLOCKED:
            return None  # where the tape runs through a flat derivative, it multiplies by zero
        return f"the structure says {self.kind.value}, and the tape gives zeros, not None"

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
    _measuring: Measuring

    def measure(self, *args: Any) -> Flow:
        """Evaluate every gradient at inputs and return a flow that shows its norm beside the structure.

        Measured again at other inputs, a cell that is connected but exactly zero at all of them is *dead*.

        Args:
            args: What the losses are called with; values, not specs.

        Raises:
            UsageError: The losses cannot be evaluated at these inputs.
        """
        found = self._measuring.at(args)
        cells = {key: _add(cell, found.get(key)) for key, cell in self.cells.items()}
        return replace(self, cells=cells)

    @property
    def disagreements(self) -> tuple[Cell, ...]:
        """The cells where the structure and the tape contradict each other, as far as they were measured."""
        return tuple(cell for cell in self.cells.values() if cell.disagreement)

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
        return KindTable(self)

    def explain(self, loss: str, variable: str) -> str:
        """Say what a cell means, with the path and the user's source lines.

        Raises:
            UsageError: There is no such loss or variable.
        """
        cell = self[loss, variable]
        lines = [f"{variable} -> {loss}: {_SENTENCES[cell.kind]}", *_measured(cell)]
        for step in cell.path:
            place = f"{step.file}:{step.line}  {step.source}" if step.file else "made by a library"
            lines.append(f"  {'x' if step.block else '|'} {step.kind:<22} {place}")
            if step.block:
                lines.append(f"    {step.block}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from gradcheck.flow.picture import flow_html

        return flow_html(self)

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


_OWN_DTYPE = {"ReadVariableOp": "its dtype"}


def _text(cell: Cell) -> str:
    """Say in a few words what a cell is; several times measured, by the largest norm."""
    # A variable of whole numbers is cut where it is read.
    cuts = ", ".join(dict.fromkeys(_OWN_DTYPE.get(step.kind, step.kind) for step in cell.cuts))
    text = f"blocked by {cuts}" if cuts else cell.kind.value
    given = [norm for norm in cell.norms if norm is not None]
    if cell.disagreement:
        return f"{text}, but the tape: {max(given):.4g}" if given else f"{text}, but the tape: {cell.failure or None}"
    if given and not any(given):
        return f"{text}, {'dead' if cell.dead else 'zeros'}"
    return f"{text}, {max(given):.4g}" if given else text


def _add(cell: Cell, found: float | str | None) -> Cell:
    if isinstance(found, str):
        return replace(cell, norms=(*cell.norms, None), failure=found)
    return replace(cell, norms=(*cell.norms, found))


def _measured(cell: Cell) -> Iterator[str]:
    if cell.disagreement:
        yield f"  disagreement: {cell.disagreement}"
    elif cell.dead:
        times = f"all {len(cell.norms)} inputs" if len(cell.norms) > 1 else "the input"
        yield f"  dead: the gradient is exactly zero at {times} that it was measured at"
    elif any(norm is not None for norm in cell.norms):
        shown = ", ".join("None" if norm is None else f"{norm:.4g}" for norm in cell.norms)
        yield f"  measured: the gradient's norm is {shown}"
