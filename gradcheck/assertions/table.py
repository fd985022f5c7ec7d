"""Asserting the whole table of losses by variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from gradcheck.assertions.flow import explain_cells
from gradcheck.errors import LawBroken, UsageError, unknown
from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.drawing import draw
from gradcheck.flow.flow import flow
from gradcheck.flow.result import Flow

Expected = Mapping[str, Mapping[str, str]]


def assert_flow(losses: Callable[..., Any], expected: Expected, *args: Any, variables: Any = None) -> None:
    """Assert what every loss is to every variable, by the structure of the graph.

    Every cell of the table must be named by exactly one entry, so that a new loss or variable is
    noticed. An exact name wins over a glob.

    Args:
        losses: What returns the losses; see `gradcheck.flow`.
        expected: For each loss, by variable name or glob, ``"connected"``, ``"blocked"``,
            ``"independent"`` or ``"unused"``, as ``gradcheck.flow(...).table()`` writes it.
        args: What ``losses`` is called with; ``tf.TensorSpec`` for all values and shapes.
        variables: Variables, names, globs, layers or models to look at; all that the losses read if not
            given.

    Raises:
        LawBroken: A cell is not as expected; the message shows the table with such cells marked, and
            explains each by its path, with the user's lines and what would mend it.
        UsageError: The losses cannot be traced; a loss, variable or kind in ``expected`` is unknown; or a
            cell is named by no entry, or by several.
    """
    __tracebackhide__ = True
    found = flow(losses, *args, variables=variables)
    demands = _match(found, expected)
    wrong = [(*key, kind) for key, kind in demands.items() if found[key].kind is not kind]
    if wrong:
        raise LawBroken(
            f"the flow is not as expected in {len(wrong)} of {len(demands)} cells\n"
            f"{_marked(found, demands)}\n{explain_cells(found, wrong)}\n"
            "if the new flow is meant: gradcheck.flow(...).table() writes the table to expect"
        )


def _match(found: Flow, expected: Expected) -> dict[tuple[str, str], Kind]:
    """Return what is expected of every cell."""
    if not isinstance(expected, Mapping) or not all(isinstance(row, Mapping) for row in expected.values()):
        raise UsageError(f"expected must be a mapping of losses to mappings of variables; found {expected!r:.80}")
    for loss in expected:
        if loss not in found.losses:
            raise UsageError(f"expected: {unknown('loss', loss, found.losses)}")
    missing = [loss for loss in found.losses if loss not in expected]
    if missing:
        raise UsageError(f"expected says nothing of {', '.join(missing)}: name every loss")
    return {
        (loss, variable): kind
        for loss in found.losses
        for variable, kind in _match_row(loss, found.variables, expected[loss]).items()
    }


def _match_row(loss: str, variables: tuple[str, ...], row: Mapping[str, str]) -> dict[str, Kind]:
    kinds = {entry: _kind(loss, entry, kind) for entry, kind in row.items()}
    matched = {variable: list(_entries(variable, row)) for variable in variables}
    for entry in row:
        if entry not in variables and not any(fnmatchcase(variable, entry) for variable in variables):
            raise UsageError(f"expected[{loss!r}]: {unknown('variable', entry, variables)}")
    for variable, entries in matched.items():
        if len(entries) > 1:
            raise UsageError(f"expected[{loss!r}] names {variable} more than once: by {' and by '.join(entries)}")
    unnamed = [variable for variable, entries in matched.items() if not entries]
    if unnamed:
        raise UsageError(f"expected[{loss!r}] says nothing of {', '.join(unnamed):.2000}: name every variable")
    return {variable: kinds[entries[0]] for variable, entries in matched.items()}


def _entries(variable: str, row: Mapping[str, str]) -> Iterator[str]:
    """Yield the entries that name a variable: itself alone, or every glob."""
    if variable in row:
        yield variable
    else:
        yield from (entry for entry in row if fnmatchcase(variable, entry))


def _kind(loss: str, entry: str, kind: object) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        wrong = unknown("kind", kind, [kind.value for kind in Kind])
        raise UsageError(f"expected[{loss!r}][{entry!r}]: {wrong}") from None


def _marked(found: Flow, demands: Mapping[tuple[str, str], Kind]) -> str:
    """Return the table, with what was expected in the cells that are otherwise."""

    def text(loss: str, variable: str) -> str:
        return _text(found.cells[loss, variable], demands[loss, variable])

    return draw(found.losses, found.variables, text).rstrip()


def _text(cell: Cell, expected: Kind) -> str:
    if cell.kind is expected:
        return cell.kind.value
    return f"x {cell.kind.value}, expected {expected.value}"
