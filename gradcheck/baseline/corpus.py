"""The problems that a baseline records when no model is given: fixed by numbers, and stored in every baseline."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from gradcheck.baseline.graphs import graph_problem
from gradcheck.baseline.steps import step_problem
from gradcheck.engines import engines
from gradcheck.graph import DTYPES, Sizes, TwoHeadGraph, Wiring
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import Points, draw
from gradcheck.sample import sample_graph, sample_sizes
from gradcheck.training.optimizers import choose_optimizers
from gradcheck.training.plan import one_of_each, training_graph, training_point

GRAPHS = 24
POINTS = 2
_SEED = 2026
_REDRAWS = 8
_LOSSES = (as_objective(loss1), as_objective(loss2))

Problems = dict[str, Mapping[str, Any]]


def default_problems(graphs: int = GRAPHS) -> Problems:
    """Return random graphs of all wirings, layers, losses and dtypes, and every optimizer.

    Args:
        graphs: How many.
    """
    found: Problems = {f"graph-{index:03}": _graph(index) for index in range(graphs)}
    return {**found, **_steps()}


def _graph(index: int) -> dict[str, Any]:
    # Three wirings and two dtypes take turns: the dtype changes with every round of wirings.
    graph = sample_graph(_SEED, index, (DTYPES[index // len(Wiring) % 2],))
    sizes = sample_sizes(graph, _SEED, index, least=2)
    return graph_problem(graph, _smooth(graph, sizes))


def _smooth(graph: TwoHeadGraph, sizes: Sizes) -> Points:
    """Draw points, the first that a difference does not carry over a kink."""
    points = draw(graph, sizes, POINTS * _REDRAWS, seed=_SEED)
    if not graph.kinked:
        return points.take(slice(POINTS))
    kinked = engines["numeric"].evaluate(graph, points, _LOSSES, stacked=True).kinked
    smooth = (i for i in range(len(points)) if kinked is None or not kinked[i])
    return points.take(list(islice(smooth, POINTS)))


def _steps() -> Problems:
    problems: Problems = {}
    usable = [o for o in one_of_each(choose_optimizers(())) if o.why_not() is None]
    wirings = list(Wiring)
    for index, optimizer in enumerate(usable):
        mode = "v1" if optimizer.api == "v1" else ("eager", "graph")[index % 2]
        graph = training_graph(wirings[index % len(wirings)])
        name = f"step-{optimizer.name}-{mode}"
        problems[name] = step_problem(graph, training_point(graph), optimizer.name, mode)
    return problems
