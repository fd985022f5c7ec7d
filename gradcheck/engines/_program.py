"""What the engines share: inputs and variables of unknown shape, tapes, and reading results back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines import Evaluation, Key, Wrap, by_key
from gradcheck.gradient import Array, Slices, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import Forward, evaluate_objectives, run_forward
from gradcheck.objective import Objective
from gradcheck.point import Points

Tensor = Any
Result = Any  # None, a tensor, or (dense, values, indices) where TensorFlow gave IndexedSlices


def input_ranks(graph: TwoHeadGraph) -> dict[str, int]:
    """Return the rank of every input that is not a variable."""
    first, second = (1 if loss.labels == "classes" else 2 for loss in graph.loss_functions)
    cotangent = 1 if graph.reduction == "none" else 0
    return {"ids": 1, "labels1": first, "labels2": second, "a": 0, "b": 0, "u": cotangent, "v": cotangent}


def input_dtypes(graph: TwoHeadGraph) -> dict[str, str]:
    """Return the dtype of every input that is not a variable."""
    first, second = ("int32" if loss.labels == "classes" else graph.dtype for loss in graph.loss_functions)
    floats = dict.fromkeys(("a", "b", "u", "v"), graph.dtype)
    return {"ids": "int32", "labels1": first, "labels2": second, **floats}


def typed(graph: TwoHeadGraph, values: Mapping[str, Array]) -> dict[str, Array]:
    """Return a point's values in the dtypes that the graph computes in."""
    dtypes = dict.fromkeys(graph.variables, graph.dtype) | input_dtypes(graph)
    return {name: value.astype(dtypes[name], copy=False) for name, value in values.items()}


def signature(graph: TwoHeadGraph, leading: int) -> list[Any]:
    """Return specs of the inputs with every dimension unknown."""
    dtypes = input_dtypes(graph)
    ranks = input_ranks(graph)
    return [tf.TensorSpec([None] * (rank + leading), dtypes[name], name=name) for name, rank in ranks.items()]


def make_variables(graph: TwoHeadGraph, leading: int) -> dict[str, Any]:
    """Make every variable with every dimension unknown, so that points of any size fit."""
    made = {}
    for name, rank in graph.ranks().items():
        empty = np.zeros((0,) * (rank + leading), graph.dtype)
        made[name] = tf.Variable(empty, shape=[None] * (rank + leading), name=name.replace("/", "_"))
    return made


class TapeProgram:
    """Gradients by ``tf.GradientTape``: eager, or compiled once and used for every size.

    Args:
        leading: 0 for one point at a time, 1 for stacks.
        wrap: Takes the Python function and its signature, returns what is called.
    """

    def __init__(self, graph: TwoHeadGraph, objectives: Sequence[Objective], leading: int, wrap: Wrap) -> None:
        self._graph = graph
        self._objectives = objectives
        self._leading = leading
        self._variables = make_variables(graph, leading)
        self._call = wrap(self._differentiate, signature(graph, leading))

    def __call__(self, values: Mapping[str, Array]) -> list[Result]:
        """Differentiate at one point, or at one stack."""
        values = typed(self._graph, values)
        for name, variable in self._variables.items():
            variable.assign(values[name])
        inputs = [tf.constant(values[name]) for name in input_ranks(self._graph)]
        return list(self._call(*inputs))

    def _forward(self, values: Mapping[str, Tensor]) -> Forward:
        return run_forward(self._graph, values, leading=self._leading, stop=tf.stop_gradient)

    def _differentiate(self, *inputs: Tensor) -> list[Result]:
        names = list(input_ranks(self._graph))
        values = {**self._variables, **dict(zip(names, inputs, strict=True))}
        with tf.GradientTape(persistent=True) as tape:
            forward = self._forward(values)
            pairs = evaluate_objectives(self._graph, forward, values, self._objectives, tf.stop_gradient)
        results: list[Result] = []
        for objective, (value, cotangent) in zip(self._objectives, pairs, strict=True):
            gradients = tape.gradient(
                value,
                list(self._variables.values()),
                output_gradients=cotangent,
                unconnected_gradients=objective.unconnected,
            )
            results += [with_slices(gradient) for gradient in gradients]
        return results


def with_slices(gradient: Any) -> Result:
    """Keep a sparse gradient's parts beside its dense form."""
    if isinstance(gradient, tf.IndexedSlices):
        return (tf.convert_to_tensor(gradient), gradient.values, gradient.indices)
    return gradient


def evaluate_program(
    program: Callable[[Mapping[str, Array]], list[Result]],
    graph: TwoHeadGraph,
    points: Points,
    objectives: Sequence[Objective],
    *,
    stacked: bool,
) -> Evaluation:
    """Run a program on all points at once, or one by one, and collect its gradients."""
    keys = by_key(objectives, graph.variables)
    if stacked:
        return Evaluation(dict(zip(keys, map(_stacked_array, program(points.values)), strict=True)))
    runs = [program(point.values) for point in points]
    gradients: dict[Key, Array | Unconnected] = {}
    slices: dict[Key, list[Slices]] = {}
    for key, *results in zip(keys, *runs, strict=True):
        if isinstance(results[0], tuple):
            slices[key] = [Slices(np.asarray(r[1]), np.asarray(r[2]), np.asarray(r[0])) for r in results]
        gradients[key] = _collect(results)
    return Evaluation(gradients, slices)


def _stacked_array(result: Result) -> Array | Unconnected:
    return Unconnected() if result is None else np.asarray(dense(result))


def _collect(results: Sequence[Result]) -> Array | Unconnected:
    if results[0] is None:
        return Unconnected()
    return np.stack([np.asarray(dense(result)) for result in results])


def dense(result: Result) -> Any:
    """Return the dense form of a result that is not absent."""
    return result[0] if isinstance(result, tuple) else result
