"""Comparisons made by hand, with every kind of change and every name that a page must escape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from baseline.made import NEW, OLD
from gradcheck.baseline.case import Answer, Case, Sort
from gradcheck.baseline.compare import Change, Comparison, Kind
from gradcheck.gradient import Unconnected
from gradcheck.raised import Raised

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)",
    "{{ 7 * 7 }}",
    "</style></template><svg onload=alert(1)>",
    "javascript:alert(1)",
    "a\x00b\x1b[31m\u202e",
)
VALUES = np.array([[1.0, 2.0], [0.5, -3.0]], np.float32)
# A value for each kind: before, after, and how far they are apart.
ANSWERS: Mapping[Kind, tuple[Answer, Answer, float, float]] = {
    Kind.IDENTICAL: (VALUES, VALUES, 0.0, 0.0),
    Kind.WITHIN: (VALUES, np.nextafter(VALUES, np.float32(9)), 1.0, 64.0),
    Kind.NOISE: (VALUES, np.nextafter(VALUES, np.float32(-9)), 3.5, 64.0),
    Kind.BEYOND: (VALUES, VALUES * np.float32(1.01), 84_000.0, 64.0),
    Kind.PRESENCE: (VALUES, Unconnected(), 0.0, 0.0),
    Kind.ERROR: (VALUES, Raised("InvalidArgumentError", "no such kernel"), 0.0, 0.0),
    Kind.LAW: ("holds", "broken: grad(loss1 + loss2, w) = grad(loss2, w)", 0.0, 0.0),
    Kind.FLOW: ("connected", "blocked", 0.0, 0.0),
}
_SORTS = {Kind.LAW: Sort.LAW, Kind.FLOW: Sort.FLOW}


def change(kind: Kind, problem: str = "", **fields: Any) -> Change:
    """Return a change of a kind in a problem; fields replace those of the change and of its case."""
    before, after, units, allowed = ANSWERS[kind]
    problem = problem or f"graph-{list(Kind).index(kind):03}"
    tags = fields.pop("tags", {"engine": "xla", "dtype": "float32", "layer": "dense sigmoid"})
    name = fields.pop("name", f"{problem}.0/{tags.get('engine', '')}/loss1 + loss2")
    case = Case(name, problem, _SORTS.get(kind, Sort.GRADIENT), tags, {})
    usual = {"part": "embedding", "before": before, "after": after, "units": units, "allowed": allowed}
    return Change(case=case, kind=kind, **{**usual, **fields})


def comparison(*changes: Change, after: Mapping[str, str] = NEW, **fields: Any) -> Comparison:
    """Return a comparison of changes; of one of every kind if none are given."""
    return Comparison(OLD, after, changes or tuple(map(change, Kind)), **fields)


def many(count: int) -> Comparison:
    """Return a comparison with a number of changes, on six engines."""
    engines = ("eager", "forward", "graph", "numeric", "v1", "xla")
    kinds = (Kind.WITHIN, Kind.BEYOND, Kind.PRESENCE)
    return comparison(
        *(
            change(
                kinds[i % 3],
                f"graph-{i % 40:03}",
                name=f"graph-{i % 40:03}.{i}/{engines[i % 6]}/loss1",
                tags={"engine": engines[i % 6], "dtype": "float32"},
                units=float((i * 7919) % 1000) if kinds[i % 3] is not Kind.PRESENCE else 0.0,
            )
            for i in range(count)
        )
    )


def hostile() -> Comparison:
    """Return a comparison in which every text is one that would do harm if it were not escaped."""
    changes = [
        change(
            kind,
            text,
            name=f"{text}/{text}",
            part=text,
            tags={"engine": text, "dtype": text, "layer": text},
            after=Raised(text, text) if kind is Kind.ERROR else text,
            accepted=text if kind is Kind.LAW else "",
        )
        for kind in Kind
        for text in HOSTILE
    ]
    environment = {text: text for text in HOSTILE} | {"tensorflow": HOSTILE[0]}
    return Comparison(environment, {**environment, "gradcheck": HOSTILE[1]}, changes, stale=HOSTILE)
