"""The table of routes by optimizers: which train alike, which do not, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from gradcheck.errors import EngineError
from gradcheck.gradient import Array
from gradcheck.graph import Wiring
from gradcheck.training.explain import find_cause
from gradcheck.training.history import History
from gradcheck.training.known import find_known
from gradcheck.training.laws import REFERENCE, Training
from gradcheck.training.laws.agreement import agree
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.plan import training_graph, training_point
from gradcheck.training.routes import Route, routes

BOUND = 16  # units in the last place of the largest entry: below that, the arithmetic is another one, not the step


class Alike(str, Enum):
    """How a route compares with the answer's."""

    SAME = "same bits"
    CLOSE = "within bound"
    DIFFERS = "differs"
    NONE = "not possible"


@dataclass(frozen=True)
class Entry:
    """One route with one optimizer.

    Attributes:
        reason: Why it differs, or is not possible.
    """

    route: Route
    optimizer: Optimizer
    alike: Alike
    reason: str = ""


def compared_routes() -> list[Route]:
    """Return the routes that are held against the answer's, negative controls last."""
    return sorted((r for r in routes if r.name != REFERENCE), key=lambda route: route.why_wrong is not None)


def compare_routes(
    optimizers: Sequence[Optimizer], mode: str = "eager", progress: Callable[[str, float], None] | None = None
) -> Iterator[list[Entry]]:
    """Train with every optimizer by every route on chained heads, and hold each route against the answer's.

    Yields:
        For each optimizer, an entry a route, in the order of `compared_routes`.
    """
    graph = training_graph(Wiring.CHAINED)
    for done, optimizer in enumerate(optimizers):
        if progress:
            progress(f"training with {optimizer}", done / len(optimizers))
        training = Training(graph, training_point(graph), optimizer, mode)
        yield [_compare(training, route) for route in compared_routes()]


def _compare(training: Training, route: Route) -> Entry:
    optimizer = training.optimizer
    reason = optimizer.why_not() or (None if route.applies(optimizer) else "it needs Keras")
    if reason:
        return Entry(route, optimizer, Alike.NONE, reason)
    try:
        expected, found = training.history(), training.history(route)
    except EngineError as error:
        return Entry(route, optimizer, Alike.NONE, str(error))
    broken = [check for check in agree(training, route) if check.comparison.broken.any()]
    if not broken:
        return Entry(route, optimizer, Alike.SAME)
    if all(_within(*pair) for pair in _pairs(expected, found)):
        return Entry(route, optimizer, Alike.CLOSE)
    known = find_known("routes-agree", optimizer, broken[0].claim)
    if known:
        return Entry(route, optimizer, Alike.DIFFERS, known.reason)
    step = int(np.flatnonzero(broken[0].comparison.broken)[0])
    return Entry(route, optimizer, Alike.DIFFERS, find_cause(optimizer, found, expected, broken[0].variable, step).kind)


def _pairs(expected: History, found: History) -> Iterator[tuple[Array, Array]]:
    yield from ((values, found.values[name]) for name, values in expected.values.items())
    yield from ((values, found.slots[key]) for key, values in expected.slots.items())


def _within(expected: Array, found: Array) -> bool:
    if not np.issubdtype(expected.dtype, np.floating):
        return np.array_equal(expected, found)
    largest = np.max(np.abs(expected), initial=0.0)
    apart = np.max(np.abs(expected.astype(np.float64) - found), initial=0.0)
    return bool(apart <= BOUND * np.finfo(expected.dtype).eps * largest)
