"""One traced function for batches of any size, which TensorFlow generalises by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Engine
from gradcheck.engines._program import make_variables
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Point, Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._joint import BATCH, Batch, Gradients, Joint, Tensor, batch_of, collected
from gradcheck.transforms.padding import padded


@register_transform
class ReduceRetracing:
    """The second size is where TensorFlow replaces the first trace by one with an unknown dimension."""

    name = "reduce-retracing"
    sentence = "A tf.function(reduce_retracing=True) that was called with another batch size gives the same gradient."
    equation = "f = tf.function(grad(loss1 + loss2, w), reduce_retracing=True), f(larger): f(batch) = grad(batch)"
    exact = False
    least_batch = 0
    half = False
    when_named = None

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if engine.compiles_shapes:
            return "compiling anew for every shape leaves nothing to generalise"
        return None if engine.traced else "eagerly nothing is traced"

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        retraced = _retraced(graph)
        return collected(graph, [retraced(point) for point in points])


class Retraced:
    """A function that has no signature, and its variables."""

    def __init__(self, graph: TwoHeadGraph, wrap: Callable[..., Any]) -> None:
        self._joint = Joint(graph, make_variables(graph, 0))
        self._call = wrap(self._differentiate)

    def __call__(self, point: Point) -> Gradients:
        """Call with a larger batch first."""
        for name, variable in self._joint.variables.items():
            variable.assign(point.values[name].astype(self._joint.graph.dtype))
        batch = batch_of(self._joint.graph, point)
        self._call(*(padded(batch[name]) for name in BATCH))
        return list(self._call(*(batch[name] for name in BATCH)))

    def _differentiate(self, *inputs: Tensor) -> Gradients:
        batch: Batch = dict(zip(BATCH, inputs, strict=True))
        return self._joint.gradient(lambda: self._joint(batch))


@lru_cache(maxsize=256)
def _retraced(graph: TwoHeadGraph) -> Retraced:
    return Retraced(graph, lambda function: tf.function(function, autograph=False, reduce_retracing=True))
