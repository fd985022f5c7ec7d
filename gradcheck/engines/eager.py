"""The eager tape: ``tf.GradientTape``, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcheck.engines import Evaluation, View, register_engine, remembered
from gradcheck.engines._program import TapeProgram, evaluate_program
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Objective
from gradcheck.point import Points


@register_engine
class Eager:
    """Nothing is compiled, so nothing can be stale: the engine that others are read against."""

    name = "eager"
    about = "tf.GradientTape, eagerly"
    view = View.ENTRIES
    traced = False
    sees_absence = True
    compiles_shapes = False
    script = """
def eager(objective, variable, dtype):
    values = typed(dtype)
    variables = {name: tf.Variable(values[name]) for name in VARIABLES}
    with tf.GradientTape() as tape:
        value, cotangent = objective({**values, **variables}, tf.stop_gradient)
    return tape.gradient(value, variables[variable], cotangent, UNCONNECTED[objective])
"""

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        program = _program(graph, tuple(objectives), stacked)
        return evaluate_program(program, graph, points, objectives, stacked=stacked)

    @staticmethod
    def wrap(function: Callable[..., Any], _: list[Any]) -> Callable[..., Any]:
        return function


@remembered
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...], stacked: bool) -> TapeProgram:
    return TapeProgram(graph, objectives, int(stacked), Eager.wrap)
