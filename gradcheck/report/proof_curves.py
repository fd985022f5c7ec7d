"""Curves over steps as a chart: both axes logarithmic, told apart by dashes and letters as well as by colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.proofs.walk import Curve
from gradcheck.report.sweep_growth import spread

_WIDE, _TALL = 320, 220
_DASHES = ("", "7 4", "2 3")
_GAP = 14  # between letters at the ends of curves


@dataclass(frozen=True)
class Drawn:
    """A curve: its corners as SVG writes them, and where its letter stands."""

    letter: str
    name: str
    dash: str
    hue: int
    corners: str
    letter_y: float


@dataclass(frozen=True)
class Chart:
    """Curves on common axes, large steps on the left.

    Attributes:
        across, up: What stands below and beside it, and where.
        words: What it shows.
        rows: The same as a table: a step, and each curve's value there.
    """

    curves: Sequence[Drawn]
    across: Sequence[tuple[int, float]]
    up: Sequence[tuple[int, float]]
    words: str
    rows: Sequence[tuple[float, Sequence[float]]]
    width: int = _WIDE
    height: int = _TALL


def draw_curves(curves: Sequence[Curve]) -> Chart | None:
    """Return a chart of curves with the same steps, or ``None`` where there is nothing above 0."""
    heights = [math.log10(y) for curve in curves for y in curve.y if y > 0]
    if not heights:
        return None
    steps = [math.log10(x) for x in curves[0].x]
    across, up = _Axis(steps[0], steps[-1]), _Axis(max(heights), min(*heights, max(heights) - 1))

    def corners(curve: Curve) -> list[tuple[float, float]]:
        pairs = zip(steps, curve.y, strict=True)
        return [(_WIDE * across.place(x), _TALL * up.place(math.log10(y))) for x, y in pairs if y > 0]

    places = [corners(curve) for curve in curves]
    letters = spread([at[-1][1] if at else 0.0 for at in places], _GAP, _TALL)
    drawn = [
        Drawn("ABC"[i % 3], curve.name, _DASHES[i % 3], i, " ".join(f"{x:.1f},{y:.1f}" for x, y in at), letter)
        for i, (curve, at, letter) in enumerate(zip(curves, places, letters, strict=True))
    ]
    rows = [(x, [curve.y[place] for curve in curves]) for place, x in enumerate(curves[0].x)]
    return Chart(drawn, across.ticks(_WIDE, 3), up.ticks(_TALL, 4), " ".join(map(_told, curves)), rows)


@dataclass(frozen=True)
class _Axis:
    """Where the logarithm of a value stands, from 0 to 1."""

    first: float
    last: float

    def place(self, power: float) -> float:
        return abs(power - self.first) / abs(self.last - self.first)

    def ticks(self, length: float, step: int) -> list[tuple[int, float]]:
        """Return powers of ten, and where they stand."""
        low, high = sorted((self.first, self.last))
        powers = range(-(-math.ceil(low - 1e-9) // step) * step, math.floor(high + 1e-9) + 1, step)
        return [(power, length * self.place(power)) for power in powers]


def _told(curve: Curve) -> str:
    there = [(y, x) for x, y in zip(curve.x, curve.y, strict=True) if y > 0]
    if not there:
        return f"{curve.name}: exactly 0 at every step."
    least, at = min(there)
    first, last = curve.y[0], curve.y[-1]
    return (
        f"{curve.name}: {first:.1e} at step {curve.x[0]:.0e}, least {least:.1e} at step {at:.0e}, "
        f"{last:.1e} at step {curve.x[-1]:.0e}."
    )
