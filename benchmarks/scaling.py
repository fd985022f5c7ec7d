"""A picture of how a sweep grows with its workers and with its stacks."""

from __future__ import annotations

from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BAR, _ROOM = 700, 34, 250, 20, 330


def draw(figures: dict[str, Any]) -> str:
    """Return bars of points a second as SVG, with everything that they show in words."""
    bars = [(one["name"], one["rate"]) for one in figures["scaling"]]
    bars += [
        (f"1 process, {one['what']}", one["swept"]) for one in figures["rates"] if one["what"].startswith("stacks")
    ]
    most = max(rate for _, rate in bars)
    words = "; ".join(f"{name}: {rate:,.0f} points a second" for name, rate in bars)
    rows = "\n".join(_row(place, name, rate, most) for place, (name, rate) in enumerate(bars))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT * len(bars) + 8}" role="img" '
        f'aria-label="{words}" font-family="sans-serif" font-size="13">\n<title>{words}</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{rows}\n</svg>\n'
    )


def _row(place: int, name: str, rate: float, most: float) -> str:
    top = place * _HEIGHT + 8
    width = _ROOM * rate / most
    middle = top + _BAR - 5
    return (
        f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end" fill="#222">{name}</text>'
        f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="#3566a8"/>'
        f'<text x="{_LEFT + width + 6:.1f}" y="{middle}" fill="#222">{rate:,.0f}/s</text>'
    )
