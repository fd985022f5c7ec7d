"""Both sides of a comparison, entry by entry, as plain numbers that a file can keep and a person can look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.gradient import Array

MOST = 400  # entries that a person may still look through

Place = tuple[int, ...]
Nested = Any  # a number, or nested tuples of them


@dataclass(frozen=True)
class Entries:
    """What was expected and what was found.

    Attributes:
        expected: Numbers, nested as the array is; ``None`` where a gradient is absent or not known.
        found: Likewise.
        differs: The places that differ by more than is allowed.
        worst: The place that differs most; ``None`` where no entries were compared.
    """

    expected: Nested | None
    found: Nested | None
    differs: tuple[Place, ...] = ()
    worst: Place | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the entries as JSON values; what is no finite number is its name."""
        return {
            "expected": _written(self.expected),
            "found": _written(self.found),
            "differs": [list(place) for place in self.differs],
            "worst": None if self.worst is None else list(self.worst),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Entries:
        """Build entries from `to_json`'s values.

        Raises:
            TypeError, ValueError: They are none.
        """
        worst, differs = values.get("worst"), values.get("differs", ())
        return cls(
            _read(values.get("expected")),
            _read(values.get("found")),
            tuple(_place(place) for place in differs),
            None if worst is None else _place(worst),
        )


def nested(values: Array) -> Nested | None:
    """Return an array as nested tuples of numbers, ``None`` if it is too large to be looked at."""
    return _tuples(np.asarray(values, np.float64).tolist()) if values.size <= MOST else None


def _tuples(value: Any) -> Nested:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _written(value: Nested | None) -> Any:
    if isinstance(value, tuple):
        return [_written(entry) for entry in value]
    return value if value is None or np.isfinite(value) else str(value)


def _read(value: Any) -> Nested | None:
    if isinstance(value, list):
        return tuple(map(_read, value))
    return None if value is None else float(value)


def _place(place: Any) -> Place:
    return tuple(map(int, place))
