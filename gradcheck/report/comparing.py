"""What a failed ``assert`` on a flow's table or kinds says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradcheck.flow.cell import Kind
from gradcheck.flow.record import Difference, find_differences
from gradcheck.flow.result import Flow
from gradcheck.flow.table import KindRow, KindTable
from gradcheck.flow.words import MEANINGS, describe


def explain_comparison(left: Any, right: Any) -> list[str] | None:
    """Return the lines that pytest shows for ``left == right``, ``None`` where nothing here is of a flow."""
    for found, expected in ((left, right), (right, left)):
        if isinstance(found, KindTable) and _is_table(expected):
            return _tables(found.flow, find_differences(expected, found))
        if isinstance(found, KindRow) and isinstance(expected, Mapping):
            return _tables(found.flow, find_differences({found.loss: expected}, {found.loss: found}))
        if isinstance(found, Kind) and isinstance(expected, str):
            return _kinds(found, expected)
    return None


def _is_table(expected: Any) -> bool:
    return isinstance(expected, Mapping) and all(isinstance(row, Mapping) for row in expected.values())


def _tables(flow: Flow, differences: list[Difference]) -> list[str]:
    """List the cells first: pytest shows eight lines unless it is asked for more."""
    told = [_line(difference) for difference in differences]
    paths = [
        line
        for difference in differences
        if difference.found
        for line in ("", *describe(flow[difference.loss, difference.variable]).splitlines())
    ]
    count = "1 cell differs" if len(differences) == 1 else f"{len(differences)} cells differ"
    return [f"the flow's table == what is expected; {count}", *told, *paths]


def _line(cell: Difference) -> str:
    expected, found = (kind or "no such cell" for kind in (cell.expected, cell.found))
    return f"{cell.variable} -> {cell.loss}: expected {expected}, found {found}"


def _kinds(found: Kind, expected: str) -> list[str]:
    wanted = str(getattr(expected, "value", expected))
    meaning = MEANINGS.get(wanted) if wanted in list(Kind) else None
    known = f"no kind at all; there are {', '.join(kind.value for kind in Kind)}"
    return [
        f"{found.value!r} == {wanted!r}",
        f"expected {wanted}: {meaning or known}",
        f"found {found.value}: {MEANINGS[found.value]}",
    ]
