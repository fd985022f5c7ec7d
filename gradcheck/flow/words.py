"""The words and marks that every picture and report of a flow shares."""

from __future__ import annotations

from gradcheck.flow.cell import Cell
from gradcheck.flow.stages import stages
from gradcheck.html import printable

# Colour alone tells nobody anything: each state has its mark and its word.
MARKS = {
    "connected": "✓", "blocked": "✕", "independent": "–", "unused": "○", "dead": "0", "disagreement": "!",
}  # fmt: skip
MEANINGS = {
    "connected": "a gradient flows",
    "blocked": "the loss depends on it, but no gradient comes back",
    "independent": "the loss cannot depend on it, whatever the values",
    "unused": "no loss reads it",
    "dead": "connected, but exactly zero wherever it was measured",
    "disagreement": "the structure and TensorFlow's tape contradict each other",
}
# A variable of whole numbers is cut where it is read.
_CUTS = {"ReadVariableOp": "its dtype"}


def state(cell: Cell) -> str:
    """Return what is to be shown first of a cell: a key of `MARKS` and `MEANINGS`."""
    return "disagreement" if cell.disagreement else "dead" if cell.dead else cell.kind.value


def _note(cell: Cell) -> str:
    """Say in a few words what there is to a cell besides its kind; measured several times, by the largest norm."""
    cuts = dict.fromkeys(_CUTS.get(step.kind, step.kind) for step in cell.cuts)
    return ", ".join([f"by {', '.join(cuts)}", *_measured(cell)] if cuts else _measured(cell))


def _measured(cell: Cell) -> list[str]:
    given = [norm for norm in cell.norms if norm is not None]
    if cell.disagreement and cell.failure:
        return ["but the tape raises"]
    if cell.disagreement:
        return [f"but the tape gives {f'{max(given):.4g}' if given else 'None'}"]
    if given and not any(given):
        return ["dead" if cell.dead else "zeros"]
    return [f"norm {max(given):.4g}"] if given else []


def label(cell: Cell) -> str:
    """Return a cell's kind and its note."""
    kind, more = cell.kind.value, _note(cell)
    return f"{kind} {more}" if more.startswith("by ") else f"{kind}, {more}" if more else kind


def describe(cell: Cell, *, path: bool = True) -> str:
    """Say what a cell means, with its path: the operations, and below them the line of code that made them.

    Args:
        cell: The cell.
        path: Whether to look for the whole path of a connected cell, which takes as long as the graph is large.
    """
    meaning = cell.disagreement or MEANINGS[state(cell)]
    lines = [f"{cell.variable} -> {cell.loss}: {label(cell)}; {meaning}"]
    for stage in stages(cell.path if path else cell.cuts):
        lines += [f"  {MARKS['blocked'] if stage.block else '|'} {stage.title}", f"      {stage.place}"]
        lines += [f"      {stage.block}"] if stage.block else []
    return printable("\n".join(lines))
