"""The graph as a subclass of Keras's Model."""

from __future__ import annotations

from functools import cache
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.point import Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._joint import Tensor
from gradcheck.transforms._keras import Parts, differentiate


@register_transform
class KerasSubclassed:
    """Python decides what runs, in the model's ``call``."""

    name = "keras-subclassed"
    sentence = "A subclassed Keras model of the graph has the gradients of the graph."
    equation = "grad(losses of Model.call(ids), weight) = grad(loss1 + loss2, w)"
    exact = False
    least_batch = 0
    half = False
    when_named = None

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if engine.traced:
            return "judged eagerly, where Python runs the model; keras-functional is judged traced"
        return None

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        return differentiate(subclassed_model, graph, points, engine)


def subclassed_model(graph: TwoHeadGraph, parts: Parts) -> Any:
    """Put the parts into a model."""
    return model_class()(graph, parts)


@cache
def model_class() -> Any:
    """Return the class of such models; it can be made only when TensorFlow is there."""

    class TwoHeads(tf.keras.Model):  # type: ignore[misc]  # TensorFlow has no types
        def __init__(self, graph: TwoHeadGraph, parts: Parts) -> None:
            super().__init__(dtype=graph.dtype)
            self.wiring = graph.wiring
            self.embedding, self.trunk = parts["embedding"], parts["trunk"]
            self.head1, self.head2 = parts["head1"], parts["head2"]

        def call(self, ids: Tensor) -> tuple[Tensor, Tensor]:
            trunk = self.trunk(self.embedding(ids))
            output1 = self.head1(trunk)
            stopped = self.wiring is Wiring.STOPPED
            chained = tf.stop_gradient(output1) if stopped else output1
            return output1, self.head2(trunk if self.wiring is Wiring.PARALLEL else chained)

    return TwoHeads
