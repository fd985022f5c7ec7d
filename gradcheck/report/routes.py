"""The table of routes by optimizers, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gradcheck.training.laws import REFERENCE
from gradcheck.training.table import Alike, Entry, compared_routes

_WORDS = {Alike.SAME: "same", Alike.CLOSE: "close", Alike.DIFFERS: "differs", Alike.NONE: "-"}
_STYLES = {Alike.SAME: "green", Alike.CLOSE: "green", Alike.DIFFERS: "yellow", Alike.NONE: "dim"}


def print_routes(rows: Sequence[Sequence[Entry]], console: Console) -> None:
    """Print the table, and below it what the numbers stand for."""
    notes = _notes(rows)
    table = Table(title=f"Routes by optimizers, held against {REFERENCE}", title_justify="left", header_style="bold")
    table.add_column("optimizer", no_wrap=True)
    for route in compared_routes():
        table.add_column(route.name, justify="right")
    for row in rows:
        table.add_row(row[0].optimizer.name, *(f"[{_STYLES[e.alike]}]{_text(e, notes)}" for e in row))
    console.print(table)
    console.print(escape("\n".join(_legend(notes))), style="dim")


def routes_markdown(rows: Sequence[Sequence[Entry]]) -> str:
    """Return the table as a page has it."""
    notes = _notes(rows)
    names = [route.name for route in compared_routes()]
    lines = [f"| optimizer | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    lines += [f"| {row[0].optimizer} | {' | '.join(_text(entry, notes) for entry in row)} |" for row in rows]
    return "\n".join([*lines, "", *(f"- {line}" for line in _legend(notes))]) + "\n"


def _notes(rows: Sequence[Sequence[Entry]]) -> dict[str, int]:
    """Give each reason a number, in the order in which they come up."""
    reasons = dict.fromkeys(entry.reason for row in rows for entry in row if entry.reason)
    return {reason: number for number, reason in enumerate(reasons, start=1)}


def _text(entry: Entry, notes: dict[str, int]) -> str:
    note = f" ({notes[entry.reason]})" if entry.reason else ""
    return _WORDS[entry.alike] + note


def _legend(notes: dict[str, int]) -> list[str]:
    return [
        "same: every variable and every slot, bit for bit, after each step",
        "close: within 16 units in the last place of the largest entry",
        "differs: it trains otherwise; -: it cannot be done",
        *(f"({number}) {reason}" for reason, number in notes.items()),
    ]
