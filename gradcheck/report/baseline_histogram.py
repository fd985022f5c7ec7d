"""How far arrays moved, counted for each engine and drawn as bars."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcheck.baseline.compare import Change, Comparison, Kind

_LIMITS = (1.0, 4.0, 16.0, 64.0, 256.0, 4096.0)
_SAME, _MORE, _NOT = "identical", f"> {_LIMITS[-1]:,.0f}", "not comparable"
_NAMES = (_SAME, *(f"≤ {limit:,.0f} ULP" for limit in _LIMITS), f"{_MORE} ULP", _NOT)
_ROW, _LEFT, _ROOM = 20, 108, 118


@dataclass(frozen=True)
class Bar:
    """How many arrays moved so far.

    Attributes:
        beyond: How many of them are changes, which rounding does not explain.
        y, width: Where it is drawn, and how long.
    """

    name: str
    count: int
    beyond: int
    y: int
    width: float

    @property
    def style(self) -> str:
        """Return the class of the bar."""
        return "beyond" if self.beyond else "identical" if self.name == _SAME else "within"

    @property
    def text(self) -> str:
        """Return the numbers in words."""
        if self.beyond == self.count:
            return f"{self.count:,} changed" if self.count else "0"
        return f"{self.count:,} ({self.beyond:,} changed)" if self.beyond else f"{self.count:,}"


@dataclass(frozen=True)
class Histogram:
    """The bars of one engine."""

    engine: str
    bars: Sequence[Bar]
    left: int = _LEFT
    row: int = _ROW

    @property
    def total(self) -> int:
        """How many arrays there are."""
        return sum(bar.count for bar in self.bars)

    @property
    def height(self) -> int:
        """How high the picture is."""
        return _ROW * len(self.bars) + 4

    @property
    def words(self) -> str:
        """Return everything that the picture shows."""
        return "; ".join(f"{bar.name}: {bar.text}" for bar in self.bars if bar.count)


def histograms(comparison: Comparison) -> list[Histogram]:
    """Return a histogram for each engine: of all answers that are arrays on one side at least."""
    found: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for change in comparison.changes:
        if isinstance(change.before, np.ndarray) or isinstance(change.after, np.ndarray):
            all_, beyond = found.setdefault(change.case.tags.get("engine", "no engine"), (Counter(), Counter()))
            all_[_bucket(change)] += 1
            beyond[_bucket(change)] += change.kind.changed
    most = max((count for all_, _ in found.values() for count in all_.values()), default=1)
    return [Histogram(engine, _bars(*counted, most)) for engine, counted in sorted(found.items())]


def _bars(counts: Counter[str], beyond: Counter[str], most: int) -> list[Bar]:
    # Ten thousand that are identical must not hide three that are not, so lengths are logarithms.
    return [
        Bar(name, counts[name], beyond[name], place * _ROW + 2, _ROOM * math.log1p(counts[name]) / math.log1p(most))
        for place, name in enumerate(_NAMES)
    ]


def _bucket(change: Change) -> str:
    if change.kind is Kind.IDENTICAL:
        return _SAME
    arrays = isinstance(change.before, np.ndarray) and isinstance(change.after, np.ndarray)
    if not arrays or not math.isfinite(change.units):
        return _NOT
    place = next((i for i, limit in enumerate(_LIMITS) if change.units <= limit), len(_LIMITS))
    return _NAMES[1 + place]
