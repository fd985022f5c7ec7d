"""``tf.function``: the tape traced once per structure, with unknown dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Evaluation, View, register_engine, remembered
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
    compiles_shapes = False
    script = """
def graph(objective, variable, dtype):
    values = typed(dtype)
    variables = {name: tf.Variable(values[name]) for name in VARIABLES}

    @tf.function
    def differentiate():
        with tf.GradientTape() as tape:
            value, cotangent = objective({**values, **variables}, tf.stop_gradient)
        return tape.gradient(value, variables[variable], cotangent, UNCONNECTED[objective])

    return differentiate()
"""

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        program = _program(graph, tuple(objectives), stacked)
        return evaluate_program(program, graph, points, objectives, stacked=stacked)

    @staticmethod
    def wrap(function: Callable[..., Any], specs: list[Any]) -> Any:
        return tf.function(function, input_signature=specs, autograph=False)


@remembered
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...], stacked: bool) -> TapeProgram:
    return TapeProgram(graph, objectives, int(stacked), _traced)


def _traced(function: Callable[..., Any], specs: list[Any]) -> Any:
    """Trace at once: what then is called need not look for the trace that fits."""
    return Graph.wrap(function, specs).get_concrete_function()
