"""Losses and variables as a picture: an arrow from a loss to each variable that its gradient reaches, or fails to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.flow.rendering import render
from gradcheck.flow.result import Flow
from gradcheck.flow.words import state

_MOST_VARIABLES, _MOST_LOSSES = 12, 6  # beyond these, arrows cannot be told apart
_SIGN, _PAD, _HEIGHT, _STEP, _BETWEEN = 6.7, 10, 26, 40, 170
# Independent and unused have no arrow: nothing passes.
_DRAWN = {"connected", "blocked", "dead", "disagreement"}


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    name: str


@dataclass(frozen=True)
class _Arrow:
    """From a loss to a variable; ``x`` and ``y`` are its middle."""

    state: str
    start: tuple[float, float]
    end: tuple[float, float]
    title: str

    @property
    def x(self) -> float:
        return self._at(0)

    @property
    def y(self) -> float:
        return self._at(1)

    def _at(self, axis: int) -> float:
        # Off the middle, where arrows of different losses cross.
        return self.start[axis] + 0.62 * (self.end[axis] - self.start[axis])


def draw_arrows(flow: Flow) -> Markup:
    """Return the picture as SVG that takes the colour of the text around it, empty where a table shows more."""
    if len(flow.variables) > _MOST_VARIABLES or len(flow.losses) > _MOST_LOSSES:
        return Markup()
    tall = max(len(flow.variables), len(flow.losses)) * _STEP
    variables = _column(flow.variables, 1.0, tall)
    right = 1.0 + max((box.width for box in variables), default=0.0) + _BETWEEN
    losses = _column(flow.losses, right, tall)
    arrows = [
        _Arrow(kind, (loss.x, loss.y + _HEIGHT / 2), (box.x + box.width, box.y + _HEIGHT / 2), f"{name}: {kind}")
        for loss in losses
        for box in variables
        if (kind := state(flow.cells[loss.name, box.name])) in _DRAWN
        for name in (f"{loss.name} to {box.name}",)
    ]
    width = right + max((box.width for box in losses), default=0.0) + 2
    picture = render(
        "arrows.svg.jinja", variables=variables, losses=losses, arrows=arrows, width=round(width), height=round(tall),
        box_height=_HEIGHT,
    )  # fmt: skip
    return Markup(picture)


def _column(names: Sequence[str], x: float, tall: float) -> list[_Box]:
    width = max((len(name) for name in names), default=0) * _SIGN + 2 * _PAD
    space = tall / max(1, len(names))
    return [_Box(x, space * (place + 0.5) - _HEIGHT / 2, width, name) for place, name in enumerate(names)]
