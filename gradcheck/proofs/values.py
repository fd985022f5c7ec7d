"""Numbers of a proof as text: one line, or a matrix with a row on each."""

from __future__ import annotations

from gradcheck.proofs.walk import Plain

_ANY = 10**9
_MOST_ROWS = 8


def shown(value: Plain, width: int) -> str:
    """Return numbers in at most ``width`` signs: rows are divided by strokes, rows of one number are named once."""
    if not isinstance(value, list):
        return number(value)
    if not value:
        return "no entries"
    if not isinstance(value[0], list):
        return _cut("  ".join(map(number, value)), width)
    if not value[0]:
        return f"{len(value)} empty rows"
    if min(len(value), len(value[0])) > 1 and all(len(set(map(str, row))) == 1 for row in value):
        return _cut(f"rows of {', '.join(number(row[0]) for row in value)}", width)
    return _cut(" | ".join("  ".join(map(number, row)) for row in value), width)


def laid_out(value: Plain, width: int) -> str:
    """Return numbers on one line where they fit on one, else a matrix with a row on each, its columns aligned."""
    line = shown(value, _ANY)
    if len(line) <= width or " | " not in line:
        return shown(value, width)
    more = [f"… and {len(value) - _MOST_ROWS} more rows"] if len(value) > _MOST_ROWS else []
    return "\n".join([*(_cut(row, width) for row in rows_of(value[:_MOST_ROWS])), *more])


def rows_of(value: Plain) -> list[str]:
    """Return numbers as lines of text, one a row, their columns aligned."""
    if not isinstance(value, list):
        return [number(value)]
    matrix = value if any(isinstance(row, list) for row in value) else [value]
    rows = [[number(entry) for entry in (row if isinstance(row, list) else [row])] for row in matrix]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.rjust, row, widths)) for row in rows]


def number(value: Plain) -> str:
    """Return one number, in as few digits as tell it apart from others of float32."""
    if isinstance(value, float):
        return f"{value:.9g}"
    return "-" if value is None else str(value)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2].rstrip()} …"
