"""Mixed precision: where it is refused, and what float16's bound lets through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradcheck.engines import engines
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import Points, draw
from gradcheck.trial import Arena, Trial

GRAPH = TwoHeadGraph(trunk=("tanh",), reduction="sum")
LAW, EAGER = laws["mixed-precision"], engines["eager"]
JOINT = (as_objective(loss1 + loss2),)


def judged(points: Points) -> list:
    return [check.comparison for check in LAW.judge(Trial(Arena(GRAPH, points, JOINT), EAGER))]


@pytest.mark.parametrize(
    ("graph", "engine", "reason"),
    [
        (replace(GRAPH, dtype="float64"), "eager", "float32"),
        (replace(GRAPH, trunk=("relu",)), "eager", "kink"),
        (GRAPH, "graph", "eagerly"),
    ],
)
def test_refusal_has_its_reason(graph: TwoHeadGraph, engine: str, reason: str) -> None:
    assert reason in str(LAW.why_not(graph, engines[engine]))


def test_float16_differs_but_within_its_bound() -> None:
    compared = judged(draw(GRAPH, dict.fromkeys(GRAPH.axes, 4), 2))
    assert all(one.judged.all() and not one.broken.any() for one in compared)
    assert any((one.expected.values != one.found.values).any() for one in compared)


def test_scale_is_lowered_until_nothing_overflows() -> None:
    points = draw(GRAPH, dict.fromkeys(GRAPH.axes, 2), 2)
    # The gradient by head 1 is near 100, and 2^10 times as much is beyond float16.
    large = points.map_floats(lambda name, value: value * 2.0**7 if name == "head2/0/kernel" else value)
    compared = judged(large)
    assert all(np.isfinite(one.found.values).all() and not one.broken.any() for one in compared)
    assert max(one.expected.scale.max() for one in compared) * 2.0**10 > np.finfo(np.float16).max
