"""``tf.function``: the tape traced once per structure, with unknown dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from gradcheck.backend import tf
from gradcheck.engines import Evaluation, View, register_engine
from gradcheck.engines._program import TapeProgram, evaluate_program
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Objective
from gradcheck.point import Points


@register_engine
class Graph:
    """What most training loops run."""

    name = "graph"
    about = "tf.GradientTape inside tf.function"
    view = View.ENTRIES
    traced = True
    sees_absence = True

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        program = _program(graph, tuple(objectives), stacked)
        return evaluate_program(program, graph, points, objectives, stacked=stacked)


@lru_cache(maxsize=256)
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...], stacked: bool) -> TapeProgram:
    return TapeProgram(
        graph, objectives, int(stacked), lambda function, specs: tf.function(function, input_signature=specs, autograph=False)
    )
