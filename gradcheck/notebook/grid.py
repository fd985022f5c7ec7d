"""Numbers as a table: rows and columns by their index, what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.entries import Entries, Nested, Place

_ROWS, _COLUMNS = 12, 12  # as many as are seen at once


@dataclass(frozen=True)
class Grid:
    """A table of numbers.

    Attributes:
        columns: Index of each column.
        rows: Index of each row, and its cells: a number, and ``"worst"``, ``"differs"`` or nothing.
        left_out: How many entries are not shown.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    left_out: int = 0


def grid_of(values: Nested | None, entries: Entries) -> Grid | None:
    """Return one side of a comparison as a table around its worst entry, ``None`` where that is no matrix.

    Args:
        values: A number, a row or a matrix of them.
        entries: Both sides, with what differs.
    """
    rows = _as_rows(values)
    if rows is None or not rows or not rows[0]:
        return None
    at = _in_matrix(entries.worst or ())
    shown_rows, shown_columns = _window(len(rows), at[0], _ROWS), _window(len(rows[0]), at[1], _COLUMNS)
    styles = {_in_matrix(place): "differs" for place in entries.differs}
    if entries.worst is not None:
        styles[at] = "worst"
    cells = tuple(
        (str(i), tuple((number(rows[i][j]), styles.get((i, j), "")) for j in shown_columns)) for i in shown_rows
    )
    left_out = len(rows) * len(rows[0]) - len(shown_rows) * len(shown_columns)
    return Grid(tuple(map(str, shown_columns)), cells, left_out)


def number(value: float) -> str:
    """Return a number in as many digits as tell two of float32's apart."""
    return f"{value:.9g}"


def _as_rows(values: Nested | None) -> Sequence[Sequence[float]] | None:
    if values is None:
        return None
    if not isinstance(values, tuple):
        return ((values,),)
    if not any(isinstance(entry, tuple) for entry in values):
        return (values,)
    return None if any(isinstance(entry, tuple) for row in values for entry in row) else values


def _in_matrix(place: Place) -> tuple[int, int]:
    """Return the row and the column of an entry; a row of numbers is the first of a matrix."""
    row, column = (0, 0, *place)[-2:]
    return row, column


def _window(size: int, at: int, most: int) -> range:
    start = min(max(0, at - most // 2), max(0, size - most))
    return range(start, min(size, start + most))
