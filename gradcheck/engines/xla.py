"""XLA: the tape compiled with ``jit_compile``, once per structure and again for every shape."""

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
class Xla:
    """The trace is for all shapes; the compiled code is for one, so give it few sizes and many points."""

    name = "xla"
    about = "tf.GradientTape inside tf.function(jit_compile=True)"
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
    def wrap(function, specs):  # type: ignore[no-untyped-def]
        return tf.function(function, input_signature=specs, autograph=False, jit_compile=True)

    return TapeProgram(graph, objectives, int(stacked), wrap)
