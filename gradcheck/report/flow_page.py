"""A flow as one HTML page that needs nothing else: no network, and no JavaScript."""

from __future__ import annotations

from gradcheck.environment import describe_environment
from gradcheck.flow.cell import Cell
from gradcheck.flow.fragment import flow_body, flow_style, paths_of
from gradcheck.flow.picture import summary
from gradcheck.flow.result import Flow
from gradcheck.flow.words import describe, label, state
from gradcheck.report.page import render_page


def flow_page(flow: Flow, cell: Cell | None = None) -> str:
    """Return a page with the table, and how each gradient comes back or where it is cut.

    Args:
        flow: The table.
        cell: A cell that is told before all others.
    """
    return render_page(
        "flow.html.jinja", ("page.css", flow_style(), "flow.css"), summary=summary(flow), table=flow_body(flow),
        paths=paths_of(flow), asked=cell, told=describe(cell) if cell else "", label=label, state=state,
        made_by=describe_environment()["gradcheck"],
    )  # fmt: skip
