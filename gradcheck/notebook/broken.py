"""A broken law as a notebook shows it: the claim, both sides, the graph, and how to see it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.explain import Explanation
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.notebook.fragment import render
from gradcheck.notebook.grid import Grid, grid_of
from gradcheck.notebook.tree import Node, draw_tree
from gradcheck.notebook.words import Badge, badge


@dataclass(frozen=True)
class Broken:
    """What is told of a broken law.

    Attributes:
        law: Its name.
        by: What broke it, such as ``"engine xla"``.
        claim: The equation that is broken.
        variable: Whose gradient it is.
        explanation: What was expected and what was found.
        graph: The structure.
        sizes: Of the point.
        reproduce: Lines that show it again, each with when it can be used.
    """

    law: str
    by: str
    claim: str
    variable: str
    explanation: Explanation
    graph: TwoHeadGraph
    sizes: dict[str, int]
    reproduce: Sequence[tuple[str, str]]

    @property
    def badge(self) -> Badge:
        """The verdict."""
        return badge("violated")

    @property
    def sides(self) -> list[tuple[str, Grid]]:
        """What was expected and what was found, as far as there are numbers."""
        entries = self.explanation.entries
        if entries is None:
            return []
        sides = (("expected", entries.expected), ("found", entries.found))
        return [(name, grid) for name, values in sides if (grid := grid_of(values, entries))]

    @property
    def shape(self) -> tuple[int, ...]:
        """The variable's shape."""
        return tuple(self.graph.shapes(self.sizes).get(self.variable, ()))

    @property
    def picture(self) -> Markup:
        """The graph, the variable marked."""
        return draw_tree(nodes(self.graph, self.variable), f"The graph in which {self.law} is broken")


def broken_html(broken: Broken) -> str:
    """Return a broken law as a fragment of HTML."""
    return str(render("broken.html.jinja", broken=broken))


def nodes(graph: TwoHeadGraph, marked: str) -> list[Node]:
    """Return the operations of a graph from the embedding down, the one marked that reads a variable."""
    found: list[Node] = []

    def add(name: str, variables: Sequence[str], parent: int, style: str = "plain") -> int:
        read = tuple(f"▶ {variable}" if variable == marked else variable for variable in variables)
        found.append(Node((name, *read), parent, "marked" if marked in variables else style))
        return len(found) - 1

    def run(block: str, parent: int) -> int:
        for path, layer in graph.block(block):
            parent = add(layer.name, [f"{path}/{name}" for name in layer.parameters], parent)
        return parent

    trunk = run("trunk", add("embedding_lookup", ["embedding"], -1))
    head1 = run("head1", trunk)
    add("loss1", [graph.loss1], head1, "end")
    start = trunk if graph.wiring is Wiring.PARALLEL else head1
    if graph.wiring is Wiring.STOPPED:
        start = add("✕ stop_gradient", [], start, "cut")
    add("loss2", [graph.loss2], run("head2", start), "end")
    return found
