"""Numbers of a proof as one line of text."""

from __future__ import annotations

from gradcheck.proofs.walk import Plain


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


def number(value: Plain) -> str:
    """Return one number, in as few digits as tell it apart."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return "-" if value is None else str(value)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2].rstrip()} …"
