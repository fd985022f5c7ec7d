"""Pictures of a sweep: how errors are distributed, and how the worst one grows with the points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradcheck.report.sweep import growth
from gradcheck.sweep.log import Log
from gradcheck.sweep.tally import BUCKETS, Count, bucket_names

_COLUMN, _HIGH = 13, 90
_NAMES = ("1", "8", "64", "512", "4k", "32k", "262k")
_TICKS = {0: "0", 1: "⅛", **{4 + 3 * place: name for place, name in enumerate(_NAMES)}}
_LEAST = 8  # buckets that are drawn at least: errors of up to 8 units
_WIDE, _TALL = 460, 200
_DASHES = ("", "7 4", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Column:
    """Points whose largest error is in one bucket."""

    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """Errors of one law on one engine in one dtype.

    Attributes:
        words: Everything that the picture shows.
        ticks: What stands below a column, and where.
    """

    law: str
    where: str
    points: int
    columns: Sequence[Column]
    ticks: Sequence[tuple[str, int]]
    words: str
    width: int
    high: int = _HIGH
    column: int = _COLUMN


def histograms(counts: Mapping[tuple[str, str, str], Count]) -> list[Histogram]:
    """Return a picture for each law, engine and dtype in which some point has an error, on one axis for all."""
    drawn = {key: count for key, count in counts.items() if count.histogram[1:].any()}
    shown = max((int(count.histogram.nonzero()[0].max()) + 1 for count in drawn.values()), default=0)
    shown = min(BUCKETS, max(shown + 1, _LEAST))
    most = max((int(count.histogram.max()) for count in drawn.values()), default=1)
    return [_histogram(*key, count, shown, most) for key, count in drawn.items()]


def _histogram(law: str, engine: str, dtype: str, count: Count, shown: int, most: int) -> Histogram:
    heights = [_HIGH * math.log1p(number) / math.log1p(most) for number in count.histogram[:shown]]
    columns = [Column(place * _COLUMN, _HIGH - high, high) for place, high in enumerate(heights) if high]
    ticks = [(name, place * _COLUMN + _COLUMN // 2) for place, name in _TICKS.items() if place < shown]
    named = zip(bucket_names(), count.histogram, strict=True)
    words = "; ".join(f"{name}: {number:,}" for name, number in named if number)
    points = int(count.histogram.sum())
    return Histogram(law, f"{engine} {dtype}", points, columns, ticks, words, shown * _COLUMN)


@dataclass(frozen=True)
class Line:
    """The worst error so far of one engine and dtype.

    Attributes:
        corners: Of the line, as SVG writes them.
        dash: How it is told from the others without colour.
        y: Where it ends.
        last: The worst of all, in units in the last place.
    """

    name: str
    corners: str
    dash: str
    y: float
    last: float


@dataclass(frozen=True)
class Growth:
    """The worst error over the points; both axes are logarithmic.

    Attributes:
        powers: What stands below the picture, and where.
        heights: What stands beside it, and where.
        rows: The same as a table: points, and the worst of each line.
    """

    lines: Sequence[Line]
    powers: Sequence[tuple[str, float]]
    heights: Sequence[tuple[str, float]]
    rows: Sequence[tuple[int, Sequence[float]]]
    width: int = _WIDE
    height: int = _TALL

    @property
    def words(self) -> str:
        """Return what the picture shows."""
        worst = "; ".join(f"{line.name}: {line.last:,.0f} ULP" for line in self.lines)
        return f"Worst error after {self.rows[-1][0]:,} points: {worst}"


def draw_growth(log: Log) -> Growth | None:
    """Return the picture, or ``None`` where no point has an error."""
    found = list(growth(log))
    names = sorted({key for _, worst in found for key, error in worst.items() if error})
    if not names:
        return None
    rows = [(points, [worst.get(name, 0.0) for name in names]) for points, worst in found]
    across = _Axis(rows[0][0], rows[-1][0], _WIDE)
    finite = [error for _, errors in rows for error in errors if math.isfinite(error)]
    up = _Axis(1.0, max([10.0, *finite]), _TALL)
    lines = []
    for place, name in enumerate(names):
        corners = [(across.place(points), _TALL - up.place(errors[place])) for points, errors in rows]
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        lines.append(Line(" ".join(name), text, _DASHES[place % len(_DASHES)], corners[-1][1], rows[-1][1][place]))
    heights = [(name, _TALL - place) for name, place in up.powers()]
    return Growth(lines, list(across.powers()), heights, rows)


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis; what is beyond an end is drawn at it."""

    first: float
    last: float
    room: int

    def place(self, value: float) -> float:
        if self.last <= self.first:
            return 0.0
        inside = min(max(value, self.first), self.last)
        return self.room * math.log(inside / self.first) / math.log(self.last / self.first)

    def powers(self) -> Iterator[tuple[str, float]]:
        """Yield powers of ten, and where they stand."""
        for power in range(math.ceil(math.log10(self.first)), math.floor(math.log10(self.last)) + 1):
            yield f"{10**power:,}", self.place(10.0**power)
