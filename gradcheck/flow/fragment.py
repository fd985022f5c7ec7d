"""A flow as a table in HTML: a fragment for notebooks, and what a page makes of it."""

from __future__ import annotations

from markupsafe import Markup

from gradcheck.flow.arrows import draw_arrows
from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.picture import MOST_PATHS, legend_of, row_of, states_of, summary
from gradcheck.flow.rendering import render
from gradcheck.flow.result import Flow
from gradcheck.flow.words import MARKS, describe, label, state


def flow_html(flow: Flow) -> str:
    """Return the table as a fragment of HTML, as a notebook shows it; a small one has a picture beside it."""
    return _table(flow, styled=True)


def flow_body(flow: Flow) -> Markup:
    """Return what `flow_html` shows, for a page that has `flow_style` and tells each cell's path by itself."""
    return Markup(_table(flow, styled=False))


def flow_style() -> Markup:
    """Return the style of `flow_body`."""
    return Markup(render("table.css"))


def paths_of(flow: Flow) -> list[tuple[Cell, str, str]]:
    """Return every cell that has a path, or a disagreement, with its mark and its words.

    Of a table too large to look for all paths there are none.
    """
    if len(flow.cells) > MOST_PATHS:
        return []
    told = [cell for cell in flow.cells.values() if cell.kind in (Kind.CONNECTED, Kind.BLOCKED) or cell.disagreement]
    return [(cell, MARKS[state(cell)], describe(cell)) for cell in told]


def _table(flow: Flow, *, styled: bool) -> str:
    paths = len(flow.cells) <= MOST_PATHS
    rows = [
        (name, [(state(c), MARKS[state(c)], label(c), describe(c, path=paths)) for c in row_of(flow, name)])
        for name in flow.variables
    ]
    return render(
        "table.html.jinja",
        flow=flow,
        rows=rows,
        legend=legend_of(states_of(flow)),
        summary=summary(flow),
        styled=styled,
        picture=draw_arrows(flow),
    )
