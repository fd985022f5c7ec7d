"""How the worst error grows with the points: two charts with the same lines, one for each engine and dtype."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Protocol

from gradcheck.report.sweep import Largest, growth
from gradcheck.report.sweep_words import count_units, share_words, short
from gradcheck.sweep.log import Log

_WIDE, _TALL = 290, 160
_GAP = 13  # between letters at the ends of lines
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 3", "1 5")
_HUES = 6
Rows = Sequence[tuple[int, Sequence[Largest | None]]]  # none before the first point of an engine and dtype
_NEAR = 0.16  # of the width: a tick so near to an end is left out


@dataclass(frozen=True)
class Line:
    """The worst error so far of one engine and dtype.

    Attributes:
        letter: Its name in the charts.
        dash, hue: How it is told from others, with and without colour.
    """

    letter: str
    name: str
    dash: str
    hue: int


@dataclass(frozen=True)
class Drawn:
    """A line in a chart: its corners as SVG writes them, its end, and where its letter stands."""

    line: Line
    corners: str
    x: float
    y: float
    letter_y: float


@dataclass(frozen=True)
class Chart:
    """One measure of the worst error over the points, which are on a logarithmic axis.

    Attributes:
        limit: Where what is allowed is drawn; ``None`` where it differs from point to point.
        words: Everything that it shows.
        across, up: What stands below and beside the chart, and where.
    """

    name: str
    title: str
    lines: Sequence[Drawn]
    across: Sequence[tuple[str, float, str]]
    up: Sequence[tuple[str, float]]
    limit: float | None
    words: str
    width: int = _WIDE
    height: int = _TALL


@dataclass(frozen=True)
class Growth:
    """The charts, what their lines are, and the same as a table: points, and the worst of each line."""

    charts: Sequence[Chart]
    lines: Sequence[Line]
    rows: Rows


def draw_growth(log: Log) -> Growth | None:
    """Return the charts, or ``None`` where no point has an error."""
    found = list(growth(log))
    keys = sorted({key for _, worst in found for key, largest in worst.items() if any(largest)})
    if not keys:
        return None
    names = [" ".join(key) for key in keys]
    lines = [Line(_letter(i), name, _DASHES[i % len(_DASHES)], i % _HUES) for i, name in enumerate(names)]
    rows = [(points, [worst.get(key) for key in keys]) for points, worst in found]
    return Growth([_chart(lines, rows, measure) for measure in (_share(rows), _units(rows))], lines, rows)


def _letter(place: int) -> str:
    return ascii_uppercase[place % 26] * (1 + place // 26)


@dataclass(frozen=True)
class _Measure:
    """What a chart shows of the worst errors: a number, its words, its axis, and what is allowed on that."""

    name: str
    title: str
    of: Callable[[Largest], float]
    told: Callable[[float], str]
    up: _Axis
    limit: float | None = None


def _share(rows: Rows) -> _Measure:
    most = _most(rows, lambda largest: largest.share)
    up: _Axis = _Linear(1.1) if most <= 1 else _Log(0.01, max(10.0, most))
    return _Measure("share", "As a share of what is allowed", lambda largest: largest.share, share_words, up, 1.0)


def _units(rows: Rows) -> _Measure:
    up = _Log(0.1, max(10.0, _most(rows, lambda largest: largest.ulps)))
    return _Measure("units", "In ULP", lambda largest: largest.ulps, count_units, up)


def _most(rows: Rows, of: Callable[[Largest], float]) -> float:
    found = (of(largest) for _, row in rows for largest in row if largest)
    return max((value for value in found if math.isfinite(value)), default=0.0)


def _chart(lines: Sequence[Line], rows: Rows, measure: _Measure) -> Chart:
    across = _Log(rows[0][0], rows[-1][0])

    def corners(column: int) -> list[tuple[float, float]]:
        found = [(points, row[column]) for points, row in rows]
        return [(_WIDE * across.place(n), _down(measure.up, measure.of(worst))) for n, worst in found if worst]

    places = [corners(column) for column in range(len(lines))]
    letters = spread([ends[-1][1] for ends in places], _GAP, _TALL)
    drawn = [
        Drawn(line, " ".join(f"{x:.1f},{y:.1f}" for x, y in at), *at[-1], letter)
        for line, at, letter in zip(lines, places, letters, strict=True)
    ]
    named = zip(lines, rows[-1][1], strict=True)
    worst = "; ".join(f"{line.letter}, {line.name}: {measure.told(measure.of(it))}" for line, it in named if it)
    ticks = [(text, _TALL * (1 - place)) for text, place in measure.up.ticks()]
    limit = None if measure.limit is None else _down(measure.up, measure.limit)
    words = f"Worst after {rows[-1][0]:,} points: {worst}"
    return Chart(measure.name, measure.title, drawn, _ticks(across), ticks, limit, words)


def _down(axis: _Axis, value: float) -> float:
    return _TALL * (1 - axis.place(value))


def _ticks(across: _Log) -> list[tuple[str, float, str]]:
    """Return both ends, and the powers of ten that are not near to one."""
    ends = [(short(across.first), 0.0, "start"), (short(across.last), float(_WIDE), "end")]
    between = [(text, _WIDE * place, "middle") for text, place in across.ticks() if _NEAR < place < 1 - _NEAR]
    return [ends[0], *between, ends[1]] if across.last > across.first else ends[1:]


def spread(places: Sequence[float], gap: float, room: float) -> list[float]:
    """Move places apart, in their order, so that no two are nearer than ``gap`` and all stay within the room."""
    gap = min(gap, room / max(1, len(places) - 1))
    order = sorted(range(len(places)), key=lambda i: places[i])
    found = [0.0] * len(places)
    lowest = 0.0
    for i in order:
        found[i] = lowest = max(places[i], lowest)
        lowest += gap
    highest = room
    for i in reversed(order):
        found[i] = highest = min(found[i], highest)
        highest -= gap
    return found


class _Axis(Protocol):
    """Where a value stands, from 0 to 1; what is beyond an end is drawn at it."""

    def place(self, value: float) -> float: ...

    def ticks(self) -> list[tuple[str, float]]: ...


@dataclass(frozen=True)
class _Linear:
    last: float

    def place(self, value: float) -> float:
        return min(value, self.last) / self.last

    def ticks(self) -> list[tuple[str, float]]:
        return [(short(value), self.place(value)) for value in (0.0, 0.25, 0.5, 0.75, 1.0)]


@dataclass(frozen=True)
class _Log:
    first: float
    last: float

    def place(self, value: float) -> float:
        if self.last <= self.first:
            return 1.0
        inside = min(max(value, self.first), self.last)
        return math.log(inside / self.first) / math.log(self.last / self.first)

    def ticks(self) -> list[tuple[str, float]]:
        """Return powers of ten, six or so of them, 1 among them where it is on the axis."""
        lowest, highest = math.ceil(math.log10(self.first)), math.floor(math.log10(self.last))
        step = max(1, math.ceil((highest - lowest) / 5))
        powers = range(-(-lowest // step) * step, highest + 1, step)
        return [(short(10.0**power), self.place(10.0**power)) for power in powers]
