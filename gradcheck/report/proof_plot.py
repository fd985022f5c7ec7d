"""Curves over steps as text: both axes logarithmic, a sign of its own for each curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcheck.proofs.walk import Curve

_SIGNS = "ox+"
_HEIGHT = 14
_LABEL = 8


def plot(curves: Sequence[Curve], width: int) -> str:
    """Return curves as lines of text, small steps on the right.

    Args:
        curves: With the same steps.
        width: How many signs a line may have.
    """
    columns = min(width - _LABEL, 2 * len(curves[0].x))
    heights = [math.log10(y) for curve in curves for y in curve.y if y > 0]
    if not heights:
        return "all are exactly 0"
    low = min(heights)
    high = max(*heights, low + 1)
    grid = [[" "] * columns for _ in range(_HEIGHT)]
    for curve, sign in zip(curves, _SIGNS, strict=False):
        for place, y in enumerate(curve.y):
            if y > 0:
                row = round((high - math.log10(y)) / (high - low) * (_HEIGHT - 1))
                column = round(place / max(1, len(curve.y) - 1) * (columns - 1))
                grid[row][column] = sign if grid[row][column] in (" ", sign) else "*"
    lines = [f"{_tick(row, low, high):>{_LABEL - 2}} |{''.join(signs).rstrip()}" for row, signs in enumerate(grid)]
    first, last = (f"h = {step:.1g}" for step in (curves[0].x[0], curves[0].x[-1]))
    lines.append(" " * (_LABEL - 1) + "+" + "-" * columns)
    lines.append(" " * _LABEL + first + last.rjust(columns - len(first)))
    legend = [f"{sign} {curve.name}" for curve, sign in zip(curves, _SIGNS, strict=False)]
    return "\n".join([*lines, *legend, "* several of them; a 0 is not drawn"])


def _tick(row: int, low: float, high: float) -> str:
    if row not in (0, _HEIGHT // 2, _HEIGHT - 1):
        return ""
    return f"1e{high - row / (_HEIGHT - 1) * (high - low):+.0f}"
