"""A sweep without TensorFlow: points are judged by arithmetic on their numbers, at once and the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gradcheck.sweep.judge import Broken, Judged
from gradcheck.sweep.plan import Plan, Span
from gradcheck.sweep.tally import Tally, Worst, histogram

PLAN = Plan(1000, seed=5, batch=4, points_a_graph=256, points_a_span=128)
BROKEN_EVERY = 97
BROKEN_AT = 31
FEW = 2


def judge(plan: Plan, span: Span) -> Judged:
    """Count every point of a span, so that one that is counted twice or lost shows in two sums."""
    numbers = np.arange(span.start, span.stop)
    errors = (numbers * 2654435761 % 2**12) / 64.0
    broken = numbers % BROKEN_EVERY == BROKEN_AT
    judged = Judged(span, Tally(points=len(span), kinked=int(numbers.sum()), inexact=int((numbers**2).sum())))
    count = judged.tally.count("additivity", "graph", "float32")
    count.judged, count.broken = len(span), int(broken.sum())
    count.ulps, count.histogram = Worst.of(errors, numbers), histogram(errors)
    judged.broken = [Broken(int(point), "additivity", "graph") for point in numbers[broken][:FEW]]
    return judged


def whole(plan: Plan = PLAN, *, without: Iterable[int] = ()) -> dict[str, Any]:
    """Return what a sweep counts that nobody stops, at all points but some."""
    total, start = Tally(), 0
    for left_out in sorted({*without, plan.points or 0}):
        total += judge(plan, Span(start, left_out)).tally
        start = left_out + 1
    return plain(total)


def plain(tally: Tally) -> dict[str, Any]:
    """Return a tally as values that compare, in one order."""
    values = tally.to_json()
    return {name: sorted(value) if isinstance(value, list) else value for name, value in values.items()}


def work(plan: Plan, span: Span) -> tuple[Judged, int]:
    """Do what a worker does."""
    return judge(plan, span), 2**20


def look(plan: Plan, broken: Broken) -> tuple[str, str, str, dict[str, Any]] | None:
    """Look into a broken point: all points of two graphs beside each other have one cause."""
    name = f"cause-{broken.point // plan.points_a_graph // 2}"
    return name, f"{broken.law} broken: {name}", f"witness-{name}.json", {"point": broken.point}
