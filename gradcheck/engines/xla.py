"""XLA: the tape compiled with ``jit_compile``, once per structure and again for every shape."""

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
class Xla:
    """The trace is for all shapes; the compiled code is for one, so give it few sizes and many points."""

    name = "xla"
    about = "tf.GradientTape inside tf.function(jit_compile=True)"
    view = View.ENTRIES
    traced = True
    sees_absence = True
    compiles_shapes = True
    script = """
def xla(objective, variable, dtype):
    values = typed(dtype)
    variables = {name: tf.Variable(values[name]) for name in VARIABLES}

    @tf.function(jit_compile=True)
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
        return tf.function(function, input_signature=specs, autograph=False, jit_compile=True)


@remembered
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...], stacked: bool) -> TapeProgram:
    return TapeProgram(graph, objectives, int(stacked), Xla.wrap)
