"""Problems of training: what an optimizer makes of every variable, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gradcheck.baseline.case import Answer, Case, Sort
from gradcheck.baseline.graphs import tags_of
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Point
from gradcheck.raised import Raised
from gradcheck.training.laws import REFERENCE, Training
from gradcheck.training.optimizers import choose_optimizers


def step_problem(graph: TwoHeadGraph, point: Point, optimizer: str, mode: str) -> dict[str, Any]:
    """Return an optimizer, the mode it runs in, and what it trains, as JSON values."""
    return {"kind": "step", "graph": graph.to_json(), "point": point.to_json(), "optimizer": optimizer, "mode": mode}


def run_step(name: str, problem: Mapping[str, Any]) -> Iterator[Case]:
    """Yield one case: every variable before and after each step, split by ``var_list``."""
    graph = TwoHeadGraph.from_json(problem["graph"])
    point = Point.from_json(graph, problem["point"])
    optimizer, mode = str(problem["optimizer"]), str(problem["mode"])
    tags = tags_of(graph, engine=mode, optimizer=optimizer)
    yield Case(name, name, Sort.STEP, tags, dict(_answers(graph, point, optimizer, mode)))


def _answers(graph: TwoHeadGraph, point: Point, optimizer: str, mode: str) -> Iterator[tuple[str, Answer]]:
    try:
        (made, *_) = choose_optimizers([optimizer])
        history = Training(graph, point, made, mode).history(REFERENCE)
    except Exception as error:  # whatever it raises is its answer
        for variable in graph.variables:
            yield variable, Raised.of(error)
        return
    for variable in graph.variables:
        yield variable, np.asarray(history.values[variable])
