"""Routes are compared with the answer's, and what differs says why."""

from __future__ import annotations

import pytest

from gradcheck.report.routes import routes_markdown
from gradcheck.training.optimizers import choose_optimizers
from gradcheck.training.table import Alike, compare_routes, compared_routes


@pytest.fixture(scope="module")
def rows():
    names = ["keras.SGD", "keras.SGD:momentum", "keras.SGD:weight_decay", "keras.SGD:global_clipnorm", "v1.Adam"]
    chosen = [o for o in choose_optimizers(names) if o.name in [*names, "v1.SyncReplicas"]]
    return {row[0].optimizer.name: row for row in compare_routes([*chosen, *choose_optimizers(["v1.SyncReplicas"])])}


def entry(rows, optimizer, route):
    return next(entry for entry in rows[optimizer] if entry.route.name == route)


@pytest.mark.parametrize("route", [r.name for r in compared_routes() if not r.why_wrong and not r.keras])
@pytest.mark.parametrize("optimizer", ["keras.SGD", "keras.SGD:momentum", "v1.Adam"])
def test_routes_that_keep_heads_apart_are_the_same(rows, optimizer, route) -> None:
    assert entry(rows, optimizer, route).alike is Alike.SAME


@pytest.mark.parametrize(
    ("optimizer", "route", "reason"),
    [
        ("keras.SGD", "joint-uncut", "a leak: the other loss adds to a head's gradient"),
        ("keras.SGD", "list-too-wide", "a list too wide: it holds a shared variable"),
        ("keras.SGD:momentum", "zero-masked", "a zero gradient, but momentum moves the variable"),
        ("keras.SGD:weight_decay", "zero-masked", "a zero gradient, but weight decay moves the variable"),
        ("keras.SGD:global_clipnorm", "two-optimizers", "each of two optimizers clips by the norm of its own list"),
    ],
)
def test_what_differs_says_why(rows, optimizer, route, reason) -> None:
    found = entry(rows, optimizer, route)
    assert found.alike is Alike.DIFFERS
    # Keras 2 keeps a slot for momentum where there is none.
    assert found.reason.replace("momentum and weight", "weight") == reason


def test_what_cannot_be_done_says_why(rows) -> None:
    assert entry(rows, "v1.Adam", "trainable-false").reason == "it needs Keras"
    assert entry(rows, "v1.SyncReplicas", "two-tapes").alike is Alike.NONE


def test_markdown_has_a_row_an_optimizer_and_a_note_a_reason(rows) -> None:
    lines = routes_markdown(list(rows.values())).splitlines()
    assert sum(line.startswith("| keras.") or line.startswith("| v1.") for line in lines) == len(rows)
    assert "- (1) a leak: the other loss adds to a head's gradient" in lines
