"""The graph as a functional Keras model."""

from __future__ import annotations

from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.point import Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._keras import Parts, differentiate


@register_transform
class KerasFunctional:
    """Keras runs the layers in an order of its own."""

    name = "keras-functional"
    sentence = "A functional Keras model of the graph has the gradients of the graph."
    equation = "grad(losses of tf.keras.Model(ids, [output1, output2]), weight) = grad(loss1 + loss2, w)"
    exact = False
    least_batch = 0
    half = False
    when_named = None

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if engine.compiles_shapes:
            return "compiling anew for every shape is kept for recompute, which XLA could undo"
        return None if engine.traced else "judged traced, as fit runs it; keras-subclassed is judged eagerly"

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        return differentiate(functional_model, graph, points, engine)


def functional_model(graph: TwoHeadGraph, parts: Parts) -> Any:
    """Connect the parts by calling them."""
    ids = tf.keras.Input(shape=(), dtype="int32")
    trunk = parts["trunk"](parts["embedding"](ids))
    output1 = parts["head1"](trunk)
    match graph.wiring:
        case Wiring.CHAINED:
            read = output1
        case Wiring.STOPPED:
            read = tf.keras.layers.Lambda(tf.stop_gradient, dtype=graph.dtype)(output1)
        case Wiring.PARALLEL:
            read = trunk
    return tf.keras.Model(ids, [output1, parts["head2"](read)])
