"""What is kept of millions of points: counts, the worst error with its point, and a histogram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from gradcheck.gradient import Array

Key = tuple[str, str, str]  # law, engine, dtype
K = TypeVar("K")
V = TypeVar("V", int, float)

# Buckets of errors in units in the last place: none, up to 1/8, up to 1/4, ... up to 2^20, and more.
LIMITS = (0.0, *(2.0**power for power in range(-3, 21)))
BUCKETS = len(LIMITS) + 1


@dataclass(frozen=True)
class Worst:
    """The largest error of any point; of equal ones, that of the first point."""

    error: float = 0.0
    point: int = -1

    def __or__(self, other: Worst) -> Worst:
        return max(self, other, key=lambda one: (one.error, -one.point))

    @classmethod
    def of(cls, errors: Array, numbers: Array) -> Worst:
        """Return the worst of some points, given their numbers."""
        if not len(errors):
            return cls()
        errors = np.where(np.isnan(errors), np.inf, errors)
        place = int(np.argmax(errors))
        return cls(float(errors[place]), int(numbers[place])) if errors[place] > 0 else cls()

    def to_json(self) -> list[Any]:
        """Return both; JSON has no infinity, so that one is a word."""
        return [self.error if np.isfinite(self.error) else str(self.error), self.point]

    @classmethod
    def from_json(cls, stored: Any) -> Worst:
        """Build what `to_json` stored."""
        error, point = stored
        return cls(float(error), int(point))


@dataclass
class Count:
    """One law on one engine in one dtype.

    Attributes:
        judged: Points at which some equation of the law was judged.
        broken: Points at which one is broken.
        left_out: Points of graphs to which the law applies, at which no equation of it does.
        ill_conditioned: Equations at a point, not judged because rounding alone swamps the gradient.
        share: The largest error as a share of what is allowed.
        ulps: The largest error in units in the last place of the largest entry.
        histogram: Points by their largest error in such units.
        doubt_bits: m, where exact agreement leaves a doubt of at most 2^-m: the least of all graphs and sizes;
            infinite where nothing was compared exactly.
    """

    judged: int = 0
    broken: int = 0
    left_out: int = 0
    ill_conditioned: int = 0
    share: Worst = Worst()
    ulps: Worst = Worst()
    histogram: Array = field(default_factory=lambda: np.zeros(BUCKETS, np.int64))
    doubt_bits: float = np.inf

    @property
    def in_units(self) -> bool:
        """Whether errors were counted in units in the last place: bits and differences are not."""
        return bool(self.histogram.any())

    def __iadd__(self, other: Count) -> Count:
        self.judged += other.judged
        self.broken += other.broken
        self.left_out += other.left_out
        self.ill_conditioned += other.ill_conditioned
        self.share |= other.share
        self.ulps |= other.ulps
        self.histogram = self.histogram + other.histogram
        self.doubt_bits = min(self.doubt_bits, other.doubt_bits)
        return self

    def __or__(self, other: Count) -> Count:
        """Return the worse of two counts of the same points, in every respect."""
        return Count(
            max(self.judged, other.judged),
            max(self.broken, other.broken),
            max(self.left_out, other.left_out),
            max(self.ill_conditioned, other.ill_conditioned),
            self.share | other.share,
            self.ulps | other.ulps,
            max(self.histogram, other.histogram, key=lambda bars: bars.tolist()[::-1]),
            min(self.doubt_bits, other.doubt_bits),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the count as JSON values."""
        return {
            "judged": self.judged,
            "broken": self.broken,
            "left_out": self.left_out,
            "ill_conditioned": self.ill_conditioned,
            "share": self.share.to_json(),
            "ulps": self.ulps.to_json(),
            "histogram": np.trim_zeros(self.histogram, "b").tolist(),
            "doubt_bits": self.doubt_bits if np.isfinite(self.doubt_bits) else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Count:
        """Build the count that `to_json` stored."""
        bars, bits = stored["histogram"], stored["doubt_bits"]
        return cls(
            int(stored["judged"]),
            int(stored["broken"]),
            int(stored["left_out"]),
            int(stored["ill_conditioned"]),
            Worst.from_json(stored["share"]),
            Worst.from_json(stored["ulps"]),
            np.array([*bars, *[0] * (BUCKETS - len(bars))], np.int64),
            np.inf if bits is None else float(bits),
        )


@dataclass
class Tally:
    """Everything that is counted: it adds up, in any order, to the same.

    Attributes:
        points: Points judged.
        kinked: Points left out because a difference crosses a kink there.
        inexact: Points left out of an exact sweep because no integers are small enough to be exact.
        counts: By law, engine and dtype.
        not_applicable: Points by why a law was not judged on an engine: ``(law, engine, reason)``.
        errors: Points by what an engine raised: ``(engine, message)``.
        seconds: Time in TensorFlow, in judging and in drawing.
    """

    points: int = 0
    kinked: int = 0
    inexact: int = 0
    counts: dict[Key, Count] = field(default_factory=dict)
    not_applicable: dict[tuple[str, str, str], int] = field(default_factory=dict)
    errors: dict[tuple[str, str], int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def count(self, law: str, engine: str, dtype: str) -> Count:
        """Return what is counted of a law on an engine."""
        return self.counts.setdefault((law, engine, dtype), Count())

    def __iadd__(self, other: Tally) -> Tally:
        self.points += other.points
        self.kinked += other.kinked
        self.inexact += other.inexact
        for key, found in other.counts.items():
            mine = self.count(*key)
            mine += found
        _add(self.not_applicable, other.not_applicable)
        _add(self.errors, other.errors)
        _add(self.seconds, other.seconds)
        return self

    def __or__(self, other: Tally) -> Tally:
        """Return the worse of two tallies of the same points, in every respect."""
        laws = {**self.counts, **other.counts}
        return Tally(
            max(self.points, other.points),
            max(self.kinked, other.kinked),
            max(self.inexact, other.inexact),
            {key: self.counts.get(key, Count()) | other.counts.get(key, Count()) for key in laws},
            _most(self.not_applicable, other.not_applicable),
            _most(self.errors, other.errors),
            _most(self.seconds, other.seconds),
        )

    @property
    def broken(self) -> int:
        """Points at which a law is broken, counted for each law and engine."""
        return sum(count.broken for count in self.counts.values())

    def to_json(self) -> dict[str, Any]:
        """Return the tally as JSON values."""
        return {
            "points": self.points,
            "kinked": self.kinked,
            "inexact": self.inexact,
            "counts": [[*key, count.to_json()] for key, count in self.counts.items()],
            "not_applicable": [[*key, number] for key, number in self.not_applicable.items()],
            "errors": [[*key, number] for key, number in self.errors.items()],
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Tally:
        """Build the tally that `to_json` stored."""
        return cls(
            int(stored["points"]),
            int(stored["kinked"]),
            int(stored["inexact"]),
            {(law, engine, dtype): Count.from_json(count) for law, engine, dtype, count in stored["counts"]},
            {(law, engine, reason): number for law, engine, reason, number in stored["not_applicable"]},
            {(engine, message): number for engine, message, number in stored["errors"]},
            dict(stored["seconds"]),
        )


def _add(mine: dict[K, V], other: Mapping[K, V]) -> None:
    for key, number in other.items():
        mine[key] = mine[key] + number if key in mine else number


def _most(mine: Mapping[K, V], other: Mapping[K, V]) -> dict[K, V]:
    return {key: max(one[key] for one in (mine, other) if key in one) for key in {**mine, **other}}


def histogram(ulps: Array) -> Array:
    """Return how many errors fall into each bucket."""
    return np.bincount(np.searchsorted(LIMITS, ulps, side="left"), minlength=BUCKETS)


def bucket_names() -> Iterator[str]:
    """Yield what each bucket is called."""
    yield "no error"
    yield from (f"≤ {limit:g}" for limit in LIMITS[1:])
    yield f"> {LIMITS[-1]:g}"
