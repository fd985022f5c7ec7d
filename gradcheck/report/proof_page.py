"""Proofs as one HTML page that needs nothing else: a textbook without a network, whole without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.environment import describe_environment
from gradcheck.proofs.algebra import Algebra
from gradcheck.proofs.chapter import Book
from gradcheck.proofs.values import shown
from gradcheck.proofs.views import (
    KINDS,
    Quantity,
    Told,
    by_engine,
    gathered,
    gathered_reasons,
    quantities,
    told,
    verdict,
)
from gradcheck.proofs.walk import Fact, Plain, Shown, Walk
from gradcheck.report.page import render_page
from gradcheck.report.proof_bench import draw, graph_of, lay_out
from gradcheck.report.proof_curves import Chart, draw_curves
from gradcheck.report.proof_graph import Drawing
from gradcheck.report.proof_math import equation, formula, in_words, values

_GIVEN = {"ids": "ids", "labels1": "T₁", "labels2": "T₂"}
_CELL = 400  # signs of a cell of the table of tensors


@dataclass(frozen=True)
class Part:
    """A walk as the page shows it.

    Attributes:
        uid: What its identifiers begin with.
        word, sentence, style, mark: Whether it is as it must be.
        given: Letter, name and numbers of what the derivation starts from.
        engines, shared: What all engines were asked, by statement, and what each found.
        fallen, reasons: What does not hold without the premise, and what shows why.
    """

    uid: str
    walk: Walk
    word: str
    sentence: str
    style: str
    mark: str
    where: str
    equation: Sequence[Markup]
    drawing: Drawing
    given: Sequence[tuple[str, str, Plain]]
    quantities: Sequence[Quantity]
    engines: Sequence[str]
    shared: Sequence[tuple[str, Sequence[Told | None]]]
    single: Sequence[Fact]
    fallen: Sequence[str]
    reasons: Sequence[Told]
    chart: Chart | None


def proof_page(book: Book, *, opened: bool = False) -> str:
    """Return a page of one proof, or of several with contents.

    Args:
        book: What it shows.
        opened: Whether what falls without the premise is unfolded at first.
    """
    chapters = [
        (_part(one.walk.name, one.walk), _part(f"{one.walk.name}-without", one.fallen)) for one in book.chapters
    ]
    environment = describe_environment()
    title = "Proofs about gradients" if len(chapters) > 1 else book.chapters[0].walk.title
    place = book.wired[0].setting["name"] if book.wired else ""
    return render_page(
        "proofs.html.jinja", ("page.css", "proofs.css"), "proofs.js", chapters=chapters, several=len(chapters) > 1,
        title=title, opened=opened, benches=[lay_out(one) for one in book.wired], place=place,
        holds=all(one.holds for one in book.wired), environment=environment, made_by=environment["gradcheck"],
        kinds=KINDS, formula=formula, values=values, in_words=in_words, told=_told, shown=_rows,
        line_style=_line_style,
    )  # fmt: skip


def _part(uid: str, walk: Walk) -> Part:
    word, sentence = verdict(walk)
    style, mark = ("falls", "✕") if walk.broken else ("holds", "✓")
    if not walk.as_stated:
        style, mark = "wrong", "!"
    engines, shared, single = by_engine(walk.numbers)
    rows = [
        (statement, [told(facts[name], broken=walk.broken) if name in facts else None for name in engines])
        for statement, facts in shared.items()
    ]
    fallen = list(dict.fromkeys(fact.statement for fact in walk.facts if fact.concludes and not fact.holds))
    return Part(
        uid, walk, word, sentence, style, mark, _where(walk), equation(walk.equation), draw(walk), _given(walk),
        quantities(walk.numbers), engines, rows, single, fallen, _reasons(walk), draw_curves(walk.numbers.curves),
    )  # fmt: skip


def _reasons(walk: Walk) -> list[Told]:
    return [Told("reason", "✓", "holds", statement, "", by) for statement, by in gathered_reasons(walk).items()]


def _rows(value: Plain) -> str:
    """Return numbers as lines of text, a row each."""
    return shown(value, _CELL).replace(" | ", "\n")


def _where(walk: Walk) -> str:
    sizes = ", ".join(f"{axis} {size}" for axis, size in walk.setting["point"]["sizes"].items())
    return f"{walk.setting['name']}, with sizes {sizes}"


def _given(walk: Walk) -> list[tuple[str, str, Plain]]:
    """Return the arrays that the derivation starts from: none where it has numbers of its own."""
    graph, stored = graph_of(walk), walk.setting["point"]["values"]
    read = [line.value for line in walk.derivation.lines if line.key == "lookup"]
    if read != [[stored["embedding"][row] for row in stored["ids"]]]:
        return []
    letters = {**{name: Algebra(graph).name(name).text() for name in graph.variables}, **_GIVEN}
    return [(letter, name, stored[name]) for name, letter in letters.items() if name in stored]


def _told(facts: Sequence[Fact], broken: bool) -> list[Told]:
    return [told(fact, broken=broken) for fact in gathered(facts)]


def _line_style(line: Shown, broken: bool) -> tuple[str, str, str]:
    """Return whether a line is what TensorFlow has: with colour, without, and aloud."""
    if line.holds:
        return ("none", "·", "TensorFlow has no such tensor") if line.found is None else (
            "holds", "✓", "TensorFlow has exactly this")  # fmt: skip
    return ("falls", "✕", "falls, as it must") if broken and line.concludes else ("wrong", "✕", "does not hold")
