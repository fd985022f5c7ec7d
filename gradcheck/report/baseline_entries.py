"""The entries in which two arrays differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradcheck.baseline.case import Answer
from gradcheck.baseline.compare import unit
from gradcheck.gradient import Array
from gradcheck.report.baseline_words import count_units


@dataclass(frozen=True)
class Entry:
    """An entry of two arrays."""

    place: str
    before: str
    after: str
    difference: str
    units: str


def find_entries(before: Answer, after: Answer, most: int = 4) -> tuple[list[Entry], str]:
    """Return the entries that differ most, and how many differ."""
    if not isinstance(before, np.ndarray) or not isinstance(after, np.ndarray) or before.shape != after.shape:
        return [], ""
    one, other = (_wide(values).reshape(-1) for values in (before, after))
    with np.errstate(invalid="ignore"):
        moved = np.abs(one - other)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    # What is finite on one side only has moved farthest of all.
    moved = np.where(same, 0.0, np.where(np.isfinite(moved), moved, np.inf))
    order = np.argsort(-moved, kind="stable")[:most]
    size = unit(before) if before.dtype.kind in "fcV" else 0.0
    found = [_entry(before, after, int(i), float(moved[i]), size) for i in order if moved[i] > 0]
    return found, f"{int(np.sum(moved > 0)):,} of {moved.size:,} entries differ"


def _entry(before: Array, after: Array, index: int, moved: float, size: float) -> Entry:
    place = [int(i) for i in np.unravel_index(index, before.shape)]
    comparable = np.isfinite(moved)
    return Entry(
        str(place),
        _number(before, index),
        _number(after, index),
        f"{moved:.3g}" if comparable else "",
        count_units(moved / size) if comparable and size else "",
    )


def _number(values: Array, index: int) -> str:
    value = values.reshape(-1)[index]
    digits = {"float64": 17, "complex128": 17}.get(values.dtype.name, 9)
    if values.dtype.kind == "c":
        return f"{complex(value):.{digits}g}"
    return f"{float(value):.{digits}g}" if values.dtype.kind in "fV" else str(value)


def _wide(values: Array) -> Array:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
