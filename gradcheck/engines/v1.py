"""TensorFlow 1: placeholders, reference variables, ``tf.gradients`` and a Session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Evaluation, View, register_engine, remembered
from gradcheck.engines._program import Result, evaluate_program, input_dtypes, input_ranks, typed, with_slices
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import evaluate_objectives, run_forward
from gradcheck.objective import Objective
from gradcheck.point import Points


@register_engine
class V1:
    """The API that the question was asked about."""

    name = "v1"
    about = "tf.compat.v1 placeholders, tf.gradients and a Session"
    view = View.ENTRIES
    traced = True
    sees_absence = True
    compiles_shapes = False
    script = """
def v1(objective, variable, dtype):
    with tf.Graph().as_default():
        values = {name: tf.constant(value) for name, value in typed(dtype).items()}
        variables = {name: tf.compat.v1.Variable(values[name], use_resource=False) for name in VARIABLES}
        value, cotangent = objective({**values, **variables}, tf.stop_gradient)
        (gradient,) = tf.compat.v1.gradients(
            value, [variables[variable]], cotangent, unconnected_gradients=UNCONNECTED[objective]
        )
        with tf.compat.v1.Session() as session:
            session.run(tf.compat.v1.global_variables_initializer())
            return None if gradient is None else session.run(tf.convert_to_tensor(gradient))
"""

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        program = _program(graph, tuple(objectives), stacked)
        return evaluate_program(program, graph, points, objectives, stacked=stacked)


@remembered
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...], stacked: bool) -> SessionProgram:
    return SessionProgram(graph, objectives, int(stacked))


class SessionProgram:
    """A graph built once, and the session that runs it."""

    def __init__(self, graph: TwoHeadGraph, objectives: Sequence[Objective], leading: int) -> None:
        self._graph = graph
        with tf.Graph().as_default() as built:
            self._build(objectives, leading)
            self._session = tf.compat.v1.Session(graph=built)

    def __call__(self, values: Mapping[str, Array]) -> list[Result]:
        """Differentiate at one point, or at one stack."""
        values = typed(self._graph, values)
        initial = {placeholder: values[name] for name, placeholder in self._initial.items()}
        self._session.run(self._initialize, feed_dict=initial)
        feed = {placeholder: values[name] for name, placeholder in self._inputs.items()}
        fetched = iter(self._session.run(self._present, feed_dict=feed))
        return [None if result is None else next(fetched) for result in self._results]

    def _build(self, objectives: Sequence[Objective], leading: int) -> None:
        self._inputs = {
            name: _placeholder(name, input_dtypes(self._graph)[name], rank + leading)
            for name, rank in input_ranks(self._graph).items()
        }
        self._initial = {
            name: _placeholder(f"initial_{name}", self._graph.dtype, rank + leading)
            for name, rank in self._graph.ranks().items()
        }
        variables = {
            # validate_shape=False keeps the dimensions unknown.
            name: tf.compat.v1.Variable(value, name=name, validate_shape=False, use_resource=False)
            for name, value in self._initial.items()
        }
        self._initialize = tf.compat.v1.global_variables_initializer()
        self._results = self._differentiate(objectives, leading, variables)
        self._present = [result for result in self._results if result is not None]

    def _differentiate(self, objectives: Sequence[Objective], leading: int, variables: dict[str, Any]) -> list[Result]:
        values = {**variables, **self._inputs}
        forward = run_forward(self._graph, values, leading=leading, stop=tf.stop_gradient)
        pairs = evaluate_objectives(self._graph, forward, values, objectives, tf.stop_gradient)
        results: list[Result] = []
        for objective, (value, cotangent) in zip(objectives, pairs, strict=True):
            gradients = tf.compat.v1.gradients(
                value,
                list(variables.values()),
                grad_ys=cotangent,
                unconnected_gradients=tf.UnconnectedGradients(objective.unconnected),
            )
            results += [with_slices(gradient) for gradient in gradients]
        return results


def _placeholder(name: str, dtype: str, rank: int) -> Any:
    return tf.compat.v1.placeholder(dtype, [None] * rank, name=name.replace("/", "_"))
