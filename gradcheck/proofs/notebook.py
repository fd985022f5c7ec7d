"""A proof as a notebook shows it: the claim, the graph, the chain rule with its numbers, and every step's facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from gradcheck.notebook.fragment import render
from gradcheck.notebook.tree import Node, draw_tree
from gradcheck.notebook.words import Badge
from gradcheck.proofs.values import rows_of
from gradcheck.proofs.views import Told, told
from gradcheck.proofs.walk import Fact, Picture, Shown, Walk

_STYLES = {"holds": ("good", "✓"), "reason": ("good", "✓"), "falls": ("bad", "✕"), "wrong": ("odd", "!")}
_LANES = {"starts": "●", "carries": "▲", "cut": "✕"}


@dataclass(frozen=True)
class _Step:
    """A step's facts.

    Attributes:
        title: What the step is called.
        count: How many facts it has, in words.
        told: What is shown of them.
        fallen: Whether some fact does not hold.
    """

    title: str
    count: str
    told: Sequence[Told]
    fallen: bool


@dataclass(frozen=True)
class _Line:
    """A line of the derivation, its numbers as rows."""

    mark: str
    style: str
    text: str
    why: str
    value: str


def walk_html(walk: Walk) -> str:
    """Return a proof as a fragment of HTML."""
    lines = [
        _Line(as_fact.mark, as_fact.style, line.text, line.why, "\n".join(_values(line)))
        for line in walk.derivation.lines
        for as_fact in (_told(line.fact, walk),)
    ]
    steps = [_step(title, facts, walk) for title, facts in _facts(walk).items() if facts]
    fragment = render(
        "walk.html.jinja", walk=walk, outcome=outcome(walk), picture=_picture(walk.picture), lines=lines, steps=steps
    )
    return str(fragment)


def walk_text(walk: Walk) -> str:
    """Return a proof in a few lines: what it claims, and how many facts of each step hold."""
    shown = outcome(walk)
    premise = f"  without       {walk.removal}" if walk.broken else f"  premise       {walk.premise}"
    steps = [_step(title, facts, walk) for title, facts in _facts(walk, lines=True).items() if facts]
    counts = [f"  {step.title.lower():<13} {step.count}" for step in steps]
    wrong = [f"  wrong         {fact.statement}: {fact.found}" for fact in walk.wrong]
    return "\n".join([f"{walk.title}: {shown.word}", f"  claim         {walk.equation}", premise, *counts, *wrong])


def outcome(walk: Walk) -> Badge:
    """Return what came of a walk, as it is shown."""
    if not walk.as_stated:
        return Badge("not as stated", "odd", "!", "some facts are not as they must be")
    if walk.broken:
        return Badge(
            "falls", "bad", "✕", f"without its premise it falls for the stated reason: {walk.reason.rstrip('.')}"
        )
    return Badge("shown", "good", "✓", "all facts are as they must be")


def _values(line: Shown) -> list[str]:
    found = ["no gradient"] if line.found is None else rows_of(line.found)
    return rows_of(line.value) if line.holds else [*rows_of(line.value), "TensorFlow has", *found]


def _facts(walk: Walk, *, lines: bool = False) -> dict[str, list[Fact]]:
    """Return the facts by step; those that are lines of the derivation only if they are asked for."""
    derived = [line.fact for line in walk.derivation.lines] if lines else []
    return {
        "Derivation": [*derived, *walk.derivation.facts],
        "Structure": [*walk.structure.facts],
        "Numbers": [*walk.numbers.facts],
        "Falsification": [*walk.falsification.facts],
    }


def _step(title: str, facts: Sequence[Fact], walk: Walk) -> _Step:
    together: dict[Told, list[str]] = {}
    for fact in facts:
        together.setdefault(replace(_told(fact, walk), by=""), []).append(fact.by)
    shown = [replace(one, by=", ".join(dict.fromkeys(filter(None, by)))) for one, by in together.items()]
    fallen = sum(not fact.holds for fact in facts)
    held = f"{len(facts)} fact{'s' * (len(facts) != 1)}, " + (f"{fallen} fallen" if fallen else "all hold")
    return _Step(title, held, shown, bool(fallen))


def _told(fact: Fact, walk: Walk) -> Told:
    """Return a fact as it is shown: what must fall is told from what must not."""
    found = told(fact, broken=walk.broken)
    style, mark = _STYLES[found.style]
    return replace(found, style=style, mark=mark)


def _picture(picture: Picture) -> Markup:
    """Draw the graph, each operation with the losses whose gradients pass back through it."""
    leaves = set(range(len(picture.rows))) - {row.parent for row in picture.rows}
    nodes = [
        Node(
            (row.label, *row.variables, *_lanes(row.lanes.items())),
            row.parent,
            "cut" if "cut" in row.lanes.values() else "end" if place in leaves else "plain",
        )
        for place, row in enumerate(picture.rows)
    ]
    return (
        draw_tree(nodes, "The graph, with the gradients that pass back through each operation") if nodes else Markup()
    )


def _lanes(lanes: Iterable[tuple[str, str]]) -> list[str]:
    marked = [f"{_LANES[lane]} {loss}" for loss, lane in lanes if lane in _LANES]
    return ["  ".join(marked)] if marked else []
