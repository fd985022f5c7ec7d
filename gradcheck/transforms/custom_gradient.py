"""A hand-written derivative between the heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gradcheck.backend import tf
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import Layer, LossFunction
from gradcheck.model import Direct, Forward, interpret
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint, Tensor


@transform(
    "custom-gradient",
    sentence="An identity with a hand-written derivative, put before head 2, changes nothing.",
    equation="y = x and dy = dx, by tf.custom_gradient before head 2  =>  grad(loss1 + loss2, w) stays",
)
def custom_gradient(joint: Joint, batch: Batch) -> Gradients:
    """Let head 2 read through an identity."""
    through = replace(joint, walk=lambda graph, values: walk_through(identity, graph, values))
    return through.gradient(lambda: through(batch))


def identity(x: Tensor) -> Tensor:
    """Return ``x``; its derivative hands the cotangent on."""
    return tf.custom_gradient(lambda y: (tf.identity(y), lambda upstream: upstream))(x)


def walk_through(entrance: Callable[[Tensor], Tensor], graph: TwoHeadGraph, values: Mapping[str, Tensor]) -> Forward:
    """Run forward with ``entrance`` before head 2, which may have no layer but its loss."""
    return interpret(graph, _Entering(graph, values, 0, tf.stop_gradient, entrance))


@dataclass(frozen=True)
class _Entering(Direct):
    entrance: Callable[[Tensor], Tensor]

    def apply(self, path: str, layer: Layer, x: Tensor) -> Tensor:
        return super().apply(path, layer, self.entrance(x) if path == "head2/0" else x)

    def lose(self, which: int, loss: LossFunction, output: Tensor) -> Tensor:
        bare = which == 2 and not self.graph.head2
        return super().lose(which, loss, self.entrance(output) if bare else output)
