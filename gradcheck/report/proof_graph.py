"""The picture of a graph as it is drawn: boxes from the embedding down, lines for gradients on their way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradcheck.proofs.walk import Picture, Row

_WIDE, _GAP, _EDGE = 150, 46, 6
_LEFT = {False: _EDGE, True: 360 - _EDGE - _WIDE}  # of a box; those of head 2 stand on the right
_TITLE, _LINE, _LEAST = 27, 15, 38
_SLOTS = (-36, -4, 28, 52)  # beside a box's middle: what it reads, then a gradient of each loss
_PORTS = (12, 0, -12, -6)  # the same, at the right side of a box
_MOST = 20  # signs of a name


@dataclass(frozen=True)
class Box:
    """An operation.

    Attributes:
        at: Which tensor it makes, as keys of a derivation name it.
        style: ``"operation"``, ``"loss"`` or ``"stop"``.
        letter: What formulas call the tensor.
        variables: Key, letter and name of each variable that it reads, and where it stands.
    """

    at: str
    style: str
    title: str
    letter: str
    variables: Sequence[tuple[str, str, str, float]]
    x: float
    y: float
    height: float
    width: int = _WIDE


@dataclass(frozen=True)
class Strand:
    """A line from a box to the one below: what flows forward, or a gradient that comes back.

    Attributes:
        key: Which cotangent it carries, such as ``"loss2:head1/0"``; empty for what flows forward.
        style: ``"forward"``, ``"back"``, or ``"cut"`` where nothing comes back.
        lane: Which loss, from 0.
        path: As SVG writes it, in the direction of the flow.
        x, y: Where its name, or its cross, stands.
        dot: Whether the gradient starts at its lower end.
    """

    key: str
    style: str
    lane: int
    name: str
    path: str
    x: float
    y: float
    start: tuple[float, float]
    dot: bool = False


@dataclass(frozen=True)
class Drawing:
    """A picture as it is drawn, and the same in words."""

    boxes: Sequence[Box]
    strands: Sequence[Strand]
    lanes: Sequence[tuple[int, str, str]]
    cut: bool
    words: str
    height: float
    width: int = 360


def draw_graph(picture: Picture, letters: Callable[[str], str]) -> Drawing:
    """Lay a picture out.

    Args:
        picture: What is drawn.
        letters: What formulas call a tensor or a variable, by its key.
    """
    boxes = _boxes(picture.rows, row_keys(picture.rows), letters)
    strands = [strand for place in range(len(boxes)) for strand in _strands(picture, boxes, place)]
    lanes = [(place, loss, lane_name(loss)) for place, loss in enumerate(picture.losses)]
    height = max(box.y + box.height for box in boxes) + _EDGE
    cut = any(strand.style == "cut" for strand in strands)
    return Drawing(boxes, strands, lanes, cut, _words(picture), height)


def row_keys(rows: Sequence[Row]) -> list[str]:
    """Return which tensor each operation makes, as keys of a derivation name it."""
    counts: dict[str, int] = {}
    found = []
    for place, row in enumerate(rows):
        named = {0: "lookup"}.get(place) or {"stop_gradient": "stop"}.get(row.label)
        if named is None and " = " in row.label:
            named = row.label.rpartition(" = ")[2]
        if named is None:
            named = f"{row.part}/{counts.get(row.part, 0)}"
            counts[row.part] = counts.get(row.part, 0) + 1
        found.append(named)
    return found


def lane_name(loss: str) -> str:
    """Return what a lane is called in a picture: L₁ for loss1."""
    return {"loss1": "L₁", "loss2": "L₂"}.get(loss, loss)


def _boxes(rows: Sequence[Row], keys: Sequence[str], letters: Callable[[str], str]) -> list[Box]:
    level: list[int] = []
    for row in rows:
        level.append(0 if row.parent < 0 else level[row.parent] + 1)
    heights = [max(_LEAST, _TITLE + _LINE * _lines(row) + 2) for row in rows]
    tallest = [max(h for h, at in zip(heights, level, strict=True) if at == one) for one in range(max(level) + 1)]
    tops = [_EDGE + sum(tallest[:one]) + _GAP * one for one in range(len(tallest))]
    return [
        _box(row, key, letters, tops[at], height)
        for row, key, at, height in zip(rows, keys, level, heights, strict=True)
    ]


def _lines(row: Row) -> int:
    return 1 if " = " in row.label else len(row.variables)


def _box(row: Row, key: str, letters: Callable[[str], str], y: float, height: float) -> Box:
    title, _, loss = row.label.partition(" = ")
    style = "loss" if loss else "stop" if key == "stop" else "operation"
    if loss:
        title, below = loss, [("", "", title)]
    else:
        below = [(name, letters(name), name) for name in row.variables]
    lines = [(at, letter, _short(name), _TITLE + 9 + _LINE * i) for i, (at, letter, name) in enumerate(below)]
    return Box(key, style, _short(title), letters(key), lines, _LEFT[row.part == "head2"], y, height)


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def _strands(picture: Picture, boxes: Sequence[Box], place: int) -> Iterator[Strand]:
    """Yield the lines between an operation and the one that it reads from."""
    row, box = picture.rows[place], boxes[place]
    if row.parent < 0:
        return
    above = boxes[row.parent]
    yield Strand("", "forward", 0, "", _path(above, box, 0), 0, 0, (0, 0))
    for lane, loss in enumerate(picture.losses):
        state = row.lanes.get(loss, "none")
        if state == "none":
            continue
        x = box.x + _WIDE / 2 + _SLOTS[lane + 1]
        key, name = f"{loss}:{above.at}", lane_name(loss)
        style = "cut" if state == "cut" else "back"
        path = _path(box, above, lane + 1)
        yield Strand(key, style, lane, name, path, x, box.y - _GAP / 2 + 4, (x, box.y), state == "starts")


def _path(start: Box, end: Box, slot: int) -> str:
    """Return a line from one box to another: straight, or round a corner at the upper one's side."""
    upper, lower = (start, end) if start.y < end.y else (end, start)
    x, top = lower.x + _WIDE / 2 + _SLOTS[slot], lower.y
    if upper.x == lower.x:
        below = upper.y + upper.height
        first, last = (below, top) if start is upper else (top, below)
        return f"M{x:g} {first:g} V{last:g}"
    side, right = upper.y + upper.height / 2 + _PORTS[slot], upper.x + _WIDE
    if start is upper:
        return f"M{right:g} {side:g} H{x - 8:g} Q{x:g} {side:g} {x:g} {side + 8:g} V{top:g}"
    return f"M{x:g} {top:g} V{side + 8:g} Q{x:g} {side:g} {x - 8:g} {side:g} H{right:g}"


def _words(picture: Picture) -> str:
    """Tell everything that the picture shows."""
    told = []
    for row in picture.rows:
        where = "" if row.parent < 0 else f" reads {picture.rows[row.parent].label}"
        uses = f"{' and' if where else ''} uses {', '.join(row.variables)}" if row.variables else ""
        told.append(f"{row.label}{where}{uses}: {_lanes(row.lanes)}.")
    return " ".join(told)


def _lanes(lanes: Mapping[str, str]) -> str:
    told = {"starts": "the gradient of {} starts here", "carries": "that of {} passes back",
            "cut": "that of {} is cut here"}  # fmt: skip
    found = [told[state].format(loss) for loss, state in lanes.items() if state in told]
    return ", ".join(found) or "no gradient passes"
