"""How errors are distributed: a picture for each law, with a panel for each engine and dtype, all on one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcheck.report.sweep_words import count_units, counted, short
from gradcheck.sweep.tally import BUCKETS, Count, Key, bucket_names

_LEAST = 9  # buckets that are drawn at least: errors of up to 16 units
_LEFT, _ACROSS = 34, 300
_TITLE, _HIGH, _PITCH = 15, 44, 70
_NAMES = ("1", "8", "64", "512", "4k", "32k", "262k")
_TICKS = {0: "0", 1: "⅛", **{4 + 3 * place: name for place, name in enumerate(_NAMES)}, BUCKETS - 1: "more"}


@dataclass(frozen=True)
class Column:
    """Points whose largest error is in one bucket."""

    style: str
    x: float
    y: float
    height: float
    words: str


@dataclass(frozen=True)
class Panel:
    """Errors of one law on one engine in one dtype.

    Attributes:
        numbers: How many points are in each bucket that is drawn.
        words: Everything that the panel shows.
        y: Where its title stands.
        floor: Where its columns stand.
        guides: Numbers of points that lines stand for, and where.
    """

    name: str
    title: str
    numbers: Sequence[int]
    columns: Sequence[Column]
    words: str
    y: float
    floor: float
    guides: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Picture:
    """Errors of one law.

    Attributes:
        ticks: What stands below columns, and where.
        width, height, left: Of the picture, and where its columns begin.
        column: How wide a column is.
    """

    law: str
    panels: Sequence[Panel]
    ticks: Sequence[tuple[str, float]]
    height: int
    column: float
    left: int = _LEFT
    width: int = _LEFT + _ACROSS + 8

    @property
    def words(self) -> str:
        """Return everything that the picture shows."""
        return ". ".join(f"{panel.name}: {panel.words}" for panel in self.panels)


def pictures(counts: Mapping[Key, Count]) -> list[Picture]:
    """Return a picture for each law of which some point has an error that is counted in units in the last place."""
    drawn = {law for (law, _, _), count in counts.items() if count.histogram[1:].any()}
    shown = {key: count for key, count in counts.items() if key[0] in drawn and count.histogram.any()}
    if not shown:
        return []
    last = max(int(count.histogram.nonzero()[0].max()) for count in shown.values())
    scale = _Scale(min(BUCKETS, max(last + 1, _LEAST)), max(int(count.histogram.max()) for count in shown.values()))
    laws = dict.fromkeys(law for law, _, _ in shown)
    return [_picture(law, {key: shown[key] for key in sorted(shown) if key[0] == law}, scale) for law in laws]


def buckets_of(drawn: Sequence[Picture]) -> list[str]:
    """Return the names of the buckets that pictures show."""
    return list(bucket_names())[: len(drawn[0].panels[0].numbers)] if drawn else []


@dataclass(frozen=True)
class _Scale:
    """What all pictures have in common, so that they compare: how many buckets, and the most points of any."""

    buckets: int
    most: int

    @property
    def column(self) -> float:
        return _ACROSS / self.buckets

    def height(self, number: float) -> float:
        return _HIGH * math.log1p(number) / math.log1p(self.most)

    def guides(self) -> list[int]:
        """Return two numbers of points at most that lines are drawn at."""
        powers = int(math.log10(self.most))
        step = max(1, math.ceil(powers / 2))
        return [10**power for power in range(step, powers + 1, step)]


def _picture(law: str, counts: Mapping[Key, Count], scale: _Scale) -> Picture:
    panels = [_panel(key, count, scale, place * _PITCH) for place, (key, count) in enumerate(counts.items())]
    ticks = [(name, _LEFT + (place + 0.5) * scale.column) for place, name in _TICKS.items() if place < scale.buckets]
    return Picture(law, panels, ticks, len(panels) * _PITCH + 8, scale.column)


def _panel(key: Key, count: Count, scale: _Scale, top: int) -> Panel:
    _, engine, dtype = key
    floor = top + _TITLE + 6 + _HIGH
    numbers = [int(number) for number in count.histogram[: scale.buckets]]
    named = list(zip(bucket_names(), numbers, strict=False))
    columns = [
        Column("none" if not place else "some", _LEFT + place * scale.column, floor - scale.height(number),
               scale.height(number), f"{_bucket(name)}: {counted(number, 'point')}")
        for place, (name, number) in enumerate(named)
        if number
    ]  # fmt: skip
    words = "; ".join(column.words for column in columns)
    guides = [(short(number), floor - scale.height(number)) for number in scale.guides()]
    worst = f"worst {count_units(count.ulps.error)}" if count.ulps.error else "no error"
    title = f"{short(sum(numbers))} {'point' if sum(numbers) == 1 else 'points'}, {worst}"
    return Panel(f"{engine} {dtype}", title, numbers, columns, words, top + _TITLE, floor, guides)


def _bucket(name: str) -> str:
    return name if name == "no error" else f"{name} ULP"
