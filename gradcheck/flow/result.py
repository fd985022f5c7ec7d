"""A flow: which loss reaches which variable, and what cuts the others off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gradcheck.errors import UsageError, unknown
from gradcheck.flow.cell import Cell
from gradcheck.flow.drawing import draw
from gradcheck.flow.measure import Measuring
from gradcheck.flow.select import is_variable, path_of, plain
from gradcheck.flow.table import KindTable
from gradcheck.flow.words import describe, label


@dataclass(frozen=True, eq=False, repr=False)
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
        cells = {key: cell.measured(found.get(key)) for key, cell in self.cells.items()}
        return replace(self, cells=cells)

    @property
    def disagreements(self) -> tuple[Cell, ...]:
        """The cells where the structure and the tape contradict each other, as far as they were measured."""
        return tuple(cell for cell in self.cells.values() if cell.disagreement)

    def __getitem__(self, key: tuple[str, Any]) -> Cell:
        """Return the cell of a loss and a variable, which is given by its name or itself.

        Raises:
            UsageError: There is no such loss or variable.
        """
        if not (isinstance(key, tuple) and len(key) == 2):
            raise UsageError(f"a cell is named by its loss and its variable, flow[loss, variable]; found {key!r:.80}")
        loss, variable = key[0], self._name(key[1])
        if not isinstance(loss, str) or loss not in self.losses:
            raise unknown("loss", loss, self.losses)
        if variable not in self.variables:
            raise unknown("variable", variable, self.variables)
        return self.cells[loss, variable]

    def _name(self, variable: Any) -> str:
        if isinstance(variable, str):
            return variable
        if not is_variable(variable):
            raise UsageError(f"variable must be a name or a variable; found {variable!r:.80}")
        known = self._measuring.variables.items()
        return next((name for name, one in known if one is plain(variable)), path_of(variable))

    def table(self) -> dict[str, dict[str, str]]:
        """Return the kind of every cell, by loss and variable, to be kept and compared."""
        return KindTable(self)

    def explain(self, loss: str, variable: Any) -> str:
        """Say what a cell means, with the path and the user's source lines.

        Args:
            loss: Name of the loss.
            variable: The variable, or its name.

        Raises:
            UsageError: There is no such loss or variable.
        """
        return describe(self[loss, variable])

    def _repr_html_(self) -> str:
        from gradcheck.flow.fragment import flow_html

        return flow_html(self)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return draw(self.losses, self.variables, lambda loss, name: label(self.cells[loss, name]))
