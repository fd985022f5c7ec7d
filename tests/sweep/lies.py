"""Engines that lie at some points, which are told by what was drawn there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from faults.faults import Fault, Faulty
from gradcheck.engines import Evaluation
from gradcheck.gradient import Array, Unconnected
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import Points, draw
from gradcheck.sweep.plan import Plan, Span

JOINT = as_objective(loss1 + loss2)

At = Callable[[Points], Array]
Change = Callable[[Array, Points], Array]


def lying(at: At, change: Change, variable: str, engine: str = "graph") -> Faulty:
    """Return an engine whose joint gradient by a variable is changed at some points."""

    def lie(honest: Any, graph: Any, points: Points, objectives: Any, stacked: bool) -> Evaluation:
        found: Evaluation = honest(graph, points, objectives, stacked=stacked)
        gradient = found.gradients.get((JOINT, variable), Unconnected())
        if isinstance(gradient, Unconnected):
            return found
        where, changed = at(points), np.array(gradient)
        changed[where] = change(changed[where], points.take(where))
        return replace(found, gradients={**found.gradients, (JOINT, variable): changed})

    return Faulty(Fault("lies at some points", "", lie, engine=engine))


def everywhere(points: Points) -> Array:
    return np.ones(len(points), bool)


def positive(coefficient: str) -> At:
    """Tell the points, half of all, at which a coefficient of the losses is more than zero."""
    return lambda points: points.values[coefficient] > 0


def one_more(gradient: Array, _: Points) -> Array:
    return gradient + 1


def last_bit(gradient: Array, _: Points) -> Array:
    """Move one entry as little as can be."""
    gradient[:, 0, 0] = np.nextafter(gradient[:, 0, 0], np.inf)
    return gradient


def numbers_at(plan: Plan, span: Span, at: At) -> list[int]:
    """Return the numbers of the points of a span that are told, found without judging any."""
    found: list[int] = []
    for batch in plan.batches(span):
        points = draw(batch.graph, batch.sizes, len(batch.span), seed=plan.seed, start=batch.span.start)
        found += (batch.span.start + np.flatnonzero(at(points))).tolist()
    return found
