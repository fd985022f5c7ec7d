"""Forward mode: ``tf.autodiff.ForwardAccumulator``, seen along directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.directions import COUNT, directions
from gradcheck.engines import Evaluation, View, by_key, register_engine, remembered
from gradcheck.engines._program import input_ranks, make_variables, signature, typed
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import evaluate_objectives, run_forward
from gradcheck.objective import Objective
from gradcheck.point import Points

Tensor = Any


@register_engine
class Forward:
    """Pushes tangents from each variable to the losses: another code path to the same numbers."""

    name = "forward"
    about = "tf.autodiff.ForwardAccumulator inside tf.function"
    view = View.DIRECTIONS
    traced = True
    sees_absence = True
    compiles_shapes = False
    script = """
def forward(objective, variable, dtype):
    values = {name: tf.constant(value) for name, value in typed(dtype).items()}
    along = []
    for direction in DIRECTIONS[variable]:
        with tf.autodiff.ForwardAccumulator(values[variable], tf.constant(direction, dtype)) as accumulator:
            value, cotangent = objective(values, tf.stop_gradient)
        tangent = accumulator.jvp(value, UNCONNECTED[objective])
        if tangent is None:
            return None
        along.append(tf.reduce_sum(tangent if cotangent is None else tangent * cotangent))
    return tf.stack(along)
"""

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        program = _program(graph, tuple(objectives), stacked)
        by_variable = {name: program.push(name, points, stacked=stacked) for name in graph.variables}
        keys = by_key(objectives, graph.variables)
        return Evaluation({(o, name): by_variable[name][list(objectives).index(o)] for o, name in keys})


@remembered
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...], stacked: bool) -> ForwardProgram:
    return ForwardProgram(graph, objectives, leading=2 if stacked else 0)


class ForwardProgram:
    """One traced function a variable: its tangent in, the tangent of every objective out.

    Args:
        leading: 0 for one point and one direction; 2 for stacks, ``[directions, points]``.
    """

    def __init__(self, graph: TwoHeadGraph, objectives: Sequence[Objective], leading: int) -> None:
        self._graph = graph
        self._objectives = objectives
        self._leading = leading
        self._variables = make_variables(graph, leading)
        self._functions = {name: self._trace(name, rank + leading) for name, rank in graph.ranks().items()}

    def push(self, name: str, points: Points, *, stacked: bool) -> list[Array | Unconnected]:
        """Return the product of every objective's gradient by ``name`` with each direction."""
        along = directions(points.values[name].shape[1:])
        if stacked:
            tiled = {key: np.broadcast_to(value, (COUNT, *value.shape)) for key, value in points.values.items()}
            tangents = np.broadcast_to(along[:, None], tiled[name].shape)
            return [_or_absent(tangent, lambda t: np.asarray(t).T) for tangent in self._run(name, tiled, tangents)]
        runs = [[self._run(name, point.values, tangent) for tangent in along] for point in points]
        return [
            _or_absent(runs[0][0][i], lambda _, i=i: np.array([[t[i] for t in point] for point in runs]))
            for i in range(len(self._objectives))
        ]

    def _run(self, name: str, values: Mapping[str, Array], tangent: Array) -> list[Any]:
        values = typed(self._graph, values)
        for key, variable in self._variables.items():
            variable.assign(values[key])
        inputs = [tf.constant(values[key]) for key in input_ranks(self._graph)]
        return list(self._functions[name](tf.constant(tangent.astype(self._graph.dtype)), *inputs))

    def _trace(self, name: str, rank: int) -> Any:
        tangent = tf.TensorSpec([None] * rank, self._graph.dtype)

        def push(tangent: Tensor, *inputs: Tensor) -> list[Tensor]:
            return self._push(name, tangent, inputs)

        specs = [tangent, *signature(self._graph, self._leading)]
        return tf.function(push, input_signature=specs, autograph=False)

    def _push(self, name: str, tangent: Tensor, inputs: Sequence[Tensor]) -> list[Tensor]:
        inputs_by_name = dict(zip(input_ranks(self._graph), inputs, strict=True))
        with tf.autodiff.ForwardAccumulator(self._variables[name], tangent) as accumulator:
            # A lookup in the variable itself raises here: see docs/trophies.md, forward-embedding-lookup.
            read = {key: variable.read_value() for key, variable in self._variables.items()}
            values = {**read, **inputs_by_name}
            forward = run_forward(self._graph, values, leading=self._leading, stop=tf.stop_gradient)
            pairs = evaluate_objectives(self._graph, forward, values, self._objectives, tf.stop_gradient)
        return [
            self._pair(accumulator.jvp(value, unconnected_gradients=objective.unconnected), cotangent)
            for objective, (value, cotangent) in zip(self._objectives, pairs, strict=True)
        ]

    def _pair(self, tangent: Tensor, cotangent: Tensor | None) -> Tensor:
        """Pair the tangent of a loss with its cotangent, as reverse mode does."""
        if tangent is None:
            return None
        weighted = tangent if cotangent is None else tangent * cotangent
        return tf.reduce_sum(weighted, axis=-1) if self._graph.reduction == "none" else weighted


def _or_absent(tangent: Any, read: Any) -> Array | Unconnected:
    return Unconnected() if tangent is None else np.asarray(read(tangent))
