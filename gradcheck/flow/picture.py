"""A flow for people who would rather look: an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.rendering import render
from gradcheck.flow.result import Flow
from gradcheck.flow.stages import stages
from gradcheck.flow.words import MARKS, MEANINGS, describe, label, state
from gradcheck.html import printable

_SIGN = 7.3  # width of a sign of the monospaced font, in the picture's units
_ROW, _MARGIN = 26, 24
_TALL = 48  # above so many rows a table stands in panels side by side, about as wide as high
# Above so many cells their paths are not looked for: that takes as long as the graph is large, for each.
MOST_PATHS = 100


@dataclass(frozen=True)
class _Square:
    """A cell as it is drawn."""

    x: float
    width: float
    state: str
    text: str
    title: str


@dataclass(frozen=True)
class _Line:
    """A row as it is drawn: its place, its name and its cells."""

    x: float
    y: float
    name: str
    shown: str
    squares: Sequence[_Square]


@dataclass(frozen=True)
class _Head:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class _Box:
    """A box of a path.

    Attributes:
        flows: Whether a gradient comes back to its top.
    """

    y: float
    height: float
    style: str
    lines: Sequence[tuple[str, str]]
    flows: bool


def flow_svg(flow: Flow, cell: Cell | None = None) -> str:
    """Return a picture of the table as SVG.

    It is readable on light and on dark pages and without colours; pointing at a cell tells more.

    Args:
        flow: The table.
        cell: A cell whose path is drawn below, from the variable to the loss.
    """
    names, columns = _widths(flow)
    panel = names + sum(columns) + _MARGIN
    panels = _panels(len(flow.variables), panel)
    lines, heads = _lines(flow, names, columns, panels)
    top = max(line.y for line in lines) + _ROW + 22
    states = states_of(flow)
    boxes = _boxes(cell, top + 24 * len(states) + 72) if cell else []
    text_width = max([0, *(len(text) for box in boxes for text, _ in box.lines)]) * _SIGN + 2 * _MARGIN
    width = max(_MARGIN + panel * panels, _MARGIN * 2 + text_width, 560)
    height = boxes[-1].y + boxes[-1].height + _MARGIN if boxes else top + 24 * len(states)
    return render(
        "flow.svg.jinja", flow=flow, cell=cell, lines=lines, heads=heads, legend=legend_of(states), legend_y=top,
        boxes=boxes, box_width=text_width, width=round(width), height=round(height), summary=summary(flow), row=_ROW,
        margin=_MARGIN, marks=MARKS, sentence=cell and MEANINGS[state(cell)],
    )  # fmt: skip


def summary(flow: Flow) -> str:
    """Count losses, variables and cells of each kind in one line."""
    kinds = [cell.kind for cell in flow.cells.values()]
    counts = [f"{kinds.count(kind)} {kind.value}" for kind in Kind if kind in kinds]
    return f"{_count(len(flow.losses), 'loss', 'losses')}, {_count(len(flow.variables), 'variable', 'variables')}: " + (
        ", ".join(counts)
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def row_of(flow: Flow, name: str) -> list[Cell]:
    """Return a row of the table: what each loss is to a variable."""
    return [flow.cells[loss, name] for loss in flow.losses]


def states_of(flow: Flow) -> list[str]:
    """Return the states that there are in a table, in the order of its legend."""
    there = {state(cell) for cell in flow.cells.values()}
    return [name for name in MARKS if name in there]


def legend_of(states: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return each state with its mark and what it means."""
    return [(name, MARKS[name], MEANINGS[name]) for name in states]


def _panels(rows: int, width: float) -> int:
    return 1 if rows <= _TALL else max(1, round(math.sqrt(rows * _ROW / width)))


def _widths(flow: Flow) -> tuple[float, list[float]]:
    """Return the width of the names and of each loss's column."""
    names = max(len(_shortened(name)) for name in (*flow.variables, "variable")) * _SIGN + 16
    columns = [
        max(len(loss), *(len(label(flow.cells[loss, name])) + 3 for name in flow.variables)) * _SIGN + 20
        for loss in flow.losses
    ]
    return names, columns


def _lines(flow: Flow, names: float, columns: Sequence[float], panels: int) -> tuple[list[_Line], list[_Head]]:
    paths = len(flow.cells) <= MOST_PATHS
    top, lines, heads = 92, [], []
    rows = math.ceil(len(flow.variables) / panels)
    for number in range(panels):
        x = _MARGIN + number * (names + sum(columns) + _MARGIN)
        heads.append(_Head(x, top - 8, "variable"))
        starts = [x + names + sum(columns[:place]) for place in range(len(columns))]
        heads += [_Head(start + 8, top - 8, loss) for start, loss in zip(starts, flow.losses, strict=True)]
        for place, name in enumerate(flow.variables[number * rows : (number + 1) * rows]):
            squares = [
                _Square(start, width - 4, state(c), label(c), describe(c, path=paths))
                for start, width, c in zip(starts, columns, row_of(flow, name), strict=True)
            ]
            lines.append(_Line(x, top + place * _ROW, name, _shortened(name), squares))
    return lines, heads


def _boxes(cell: Cell, top: float) -> list[_Box]:
    """Return the boxes of a path: the variable, the lines of code that it runs through, the loss."""
    found = stages(cell.path)
    if not found:
        return []
    contents: list[tuple[str, list[tuple[str, str]]]] = [("end", [(cell.variable, "name")])]
    for stage in found:
        mark = f"{MARKS['blocked']} " if stage.block else ""
        lines = [
            (mark + _shortened(stage.title, most=110), "name"),
            (_shortened(printable(stage.place), most=110), "place"),
        ]
        contents.append(("cut" if stage.block else "step", lines + ([(stage.block, "why")] if stage.block else [])))
    contents.append(("end", [(cell.loss, "name")]))
    boxes: list[_Box] = []
    last_cut = max((place for place, (style, _) in enumerate(contents) if style == "cut"), default=-1)
    for place, (style, lines) in enumerate(contents):
        height = 14 + 18 * len(lines)
        # A gradient starts at the loss, below, and comes back as far as the first cut it meets.
        boxes.append(_Box(top, height, style, lines, place > last_cut))
        top += height + 30
    return boxes


def _shortened(text: str, *, most: int = 48) -> str:
    """Leave out the middle of a long name, whose end tells most."""
    return text if len(text) <= most else f"{text[: most // 3]}…{text[-(most - most // 3 - 1) :]}"
