"""A tree of operations as a picture: each stands below the one that it reads from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.notebook.fragment import render

_SIGN = 6.7  # width of a sign of the monospaced font at 11 px
_LINE, _PAD, _GAP, _ASIDE = 16, 10, 26, 24
_NARROWEST = 90.0


@dataclass(frozen=True)
class Node:
    """An operation.

    Attributes:
        lines: What is written in its box, its name first.
        parent: Index of the node that it reads from, which comes before it; -1 for the first.
        style: ``"plain"``, ``"end"`` for what nothing reads, ``"cut"`` where no gradient comes back, or ``"marked"``.
    """

    lines: tuple[str, ...]
    parent: int = -1
    style: str = "plain"


@dataclass(frozen=True)
class _Box:
    node: Node
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def draw_tree(nodes: Sequence[Node], title: str) -> Markup:
    """Return a tree as SVG that takes the colour of the text around it.

    Args:
        nodes: Each after its parent.
        title: What a reader is told who cannot see it.
    """
    boxes = _place(nodes)
    edges = [(boxes[node.parent], box) for node, box in zip(nodes, boxes, strict=True) if node.parent >= 0]
    width = max((box.x + box.width for box in boxes), default=0.0) + 2
    height = max((box.y + box.height for box in boxes), default=0.0) + 2
    told = "; ".join(_told(nodes, node) for node in nodes)
    return render(
        "tree.svg.jinja", boxes=boxes, edges=edges, width=round(width), height=round(height), title=title, told=told,
        line=_LINE, pad=_PAD,
    )  # fmt: skip


def _told(nodes: Sequence[Node], node: Node) -> str:
    reads = f" reads {nodes[node.parent].lines[0]}" if node.parent >= 0 else ""
    return f"{', '.join(node.lines)}{reads}"


def _place(nodes: Sequence[Node]) -> list[_Box]:
    """Give each leaf a column, each other node the middle of its children's, and each depth a row."""
    widths = [max(_NARROWEST, max(map(len, node.lines)) * _SIGN + 2 * _PAD) for node in nodes]
    column = max(widths, default=0.0) + _ASIDE
    depths: list[int] = []
    for node in nodes:
        depths.append(depths[node.parent] + 1 if node.parent >= 0 else 0)
    heights = [len(node.lines) * _LINE + _PAD for node in nodes]
    tops = [0.0] * (max(depths, default=0) + 1)
    for depth in range(1, len(tops)):
        above = max(height for height, at in zip(heights, depths, strict=True) if at == depth - 1)
        tops[depth] = tops[depth - 1] + above + _GAP
    middles = _middles(nodes)
    shift = max((w / 2 - middle * column for w, middle in zip(widths, middles, strict=True)), default=0.0)
    return [
        _Box(node, middle * column + shift - width / 2 + 1, tops[depth] + 1, width, height)
        for node, middle, depth, width, height in zip(nodes, middles, depths, widths, heights, strict=True)
    ]


def _middles(nodes: Sequence[Node]) -> list[float]:
    """Return where each node stands, in columns."""
    middles = [0.0] * len(nodes)
    children = [[i for i, node in enumerate(nodes) if node.parent == place] for place in range(len(nodes))]
    leaves = iter(range(len(nodes)))

    def stand(place: int) -> float:
        below = [stand(child) for child in children[place]]
        middles[place] = sum(below) / len(below) if below else float(next(leaves))
        return middles[place]

    for place, node in enumerate(nodes):
        if node.parent < 0:
            stand(place)
    return middles
