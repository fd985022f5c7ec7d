"""Judging without TensorFlow that ends its process at two points."""

from __future__ import annotations

from gradcheck.sweep.judge import Judged
from gradcheck.sweep.plan import Plan, Span
from sweep import deaths, made

EXITS, IS_KILLED = 300, 900


def work(plan: Plan, span: Span) -> tuple[Judged, int]:
    """Do what a worker does, and die where that is planned."""
    if span.start <= EXITS < span.stop:
        deaths.exits(span)
    if span.start <= IS_KILLED < span.stop:
        deaths.is_killed(span)
    return made.work(plan, span)


def raises(plan: Plan, span: Span) -> Judged:
    """Raise, and live."""
    raise ValueError(f"nothing can be judged from {span.start} to {span.stop}")
