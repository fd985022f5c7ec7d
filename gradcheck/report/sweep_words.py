"""Numbers of a sweep in words."""

from __future__ import annotations

import math


def counted(number: int, what: str, many: str = "") -> str:
    """Return a number of things."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def short(number: float) -> str:
    """Return a number beside an axis in few letters."""
    if number >= 1e12:
        return f"{number:.0e}".replace("+", "")
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= max(size, 1e4):
            return f"{number / size:,.0f}{letter}" if number >= 100 * size else f"{number / size:.3g}{letter}"
    return f"{number:,.0f}" if number >= 1 else f"{number:g}"


def figure(error: float) -> str:
    """Return an error in three places, none of them lost in a power of ten."""
    if not math.isfinite(error):
        return "∞"
    return f"{error:,.0f}" if 100 <= error < 1e7 else f"{error:.3g}"


def count_units(ulps: float) -> str:
    """Return an error in units in the last place."""
    return f"{figure(ulps)} ULP" if math.isfinite(ulps) else "not comparable"


def share_words(share: float) -> str:
    """Return an error as a share of what is allowed; what is allowed but for a hair is not called all of it."""
    if not math.isfinite(share):
        return "beyond any bound"
    if share > 1:
        return f"{figure(share)} times what is allowed"
    if share == 0:
        return "no error"
    return f"{math.floor(1000 * share) / 10:g} % of allowed" if share >= 0.001 else "under 0.1 % of allowed"
