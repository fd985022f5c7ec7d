"""What the transforms share: the joint loss of a graph, by real variables, on any batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines._program import dense, input_dtypes, input_ranks
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import Direct, Forward, interpret
from gradcheck.point import Point
from gradcheck.transforms import Transformed

Tensor = Any
Batch = Mapping[str, Tensor]
Gradients = list[Any]  # a tensor for each variable, None where it is absent
Walk = Callable[[TwoHeadGraph, Mapping[str, Tensor]], Forward]

BATCH = ("ids", "labels1", "labels2")


def plain_walk(graph: TwoHeadGraph, values: Mapping[str, Tensor]) -> Forward:
    """Run forward as a user writes it."""
    return interpret(graph, Direct(graph, values, 0, tf.stop_gradient))


@dataclass(frozen=True)
class Joint:
    """The joint loss of a graph.

    Attributes:
        graph: The structure.
        variables: A ``tf.Variable`` each, by name.
        walk: How the forward pass is run.
    """

    graph: TwoHeadGraph
    variables: Mapping[str, Any]
    walk: Walk = plain_walk

    def __call__(self, batch: Batch) -> Tensor:
        """Return ``loss1 + loss2``, reduced as the graph says."""
        forward = self.walk(self.graph, {**self.variables, **batch})
        return forward.loss1 + forward.loss2

    def examples(self, batch: Batch) -> Tensor:
        """Return ``loss1 + loss2`` of every example."""
        return replace(self, graph=self.graph.changed(reduction="none"))(batch)

    def total(self, batch: Batch) -> Tensor:
        """Return the sum of ``loss1 + loss2`` over the batch."""
        return replace(self, graph=self.graph.changed(reduction="sum"))(batch)

    def gradient(self, loss: Callable[[], Tensor]) -> Gradients:
        """Differentiate what ``loss`` computes by every variable."""
        with tf.GradientTape() as tape:
            value = loss()
        return dense_all(tape.gradient(value, list(self.variables.values())))

    def average(self, gradients: Gradients, batch: Batch) -> Gradients:
        """Turn gradients of a sum over the batch into those of what the graph asks for."""
        if self.graph.reduction != "mean":
            return gradients
        count = tf.cast(size_of(batch), self.graph.dtype)
        # The mean over no example is undefined, but the sum of its terms' gradients is empty: zero.
        return [None if g is None else tf.math.divide_no_nan(g, count) for g in gradients]

    def reduced(self, losses: Tensor, count: Tensor) -> Tensor:
        """Add up losses, of which those that are no example's are zero; ``count`` is how many are one's."""
        total = tf.reduce_sum(losses)
        return tf.math.divide_no_nan(total, tf.cast(count, total.dtype)) if self.graph.reduction == "mean" else total


def size_of(batch: Batch) -> Tensor:
    """Return how many examples there are."""
    return tf.shape(batch["ids"])[0]


def added(left: Gradients, right: Gradients) -> Gradients:
    """Add two gradients, either of which may be absent."""
    return [r if g is None else g if r is None else g + r for g, r in zip(left, right, strict=True)]


def dense_all(gradients: Iterable[Any]) -> Gradients:
    """Return sparse gradients in their dense form."""
    return [None if g is None else tf.convert_to_tensor(g) for g in gradients]


def batch_signature(graph: TwoHeadGraph) -> list[Any]:
    """Return specs of ids and labels with every dimension unknown."""
    ranks, dtypes = input_ranks(graph), input_dtypes(graph)
    return [tf.TensorSpec([None] * ranks[name], dtypes[name], name=name) for name in BATCH]


def batch_of(graph: TwoHeadGraph, point: Point) -> dict[str, Tensor]:
    """Return a point's ids and labels as tensors of the graph's dtypes."""
    dtypes = input_dtypes(graph)
    return {name: tf.constant(point.values[name], dtypes[name]) for name in BATCH}


def variables_of(graph: TwoHeadGraph, point: Point) -> dict[str, Any]:
    """Return variables with a point's values and shapes."""
    return {
        name: tf.Variable(point.values[name].astype(graph.dtype), name=name.replace("/", "_"))
        for name in graph.variables
    }


def collected(graph: TwoHeadGraph, runs: Sequence[Gradients]) -> Transformed:
    """Stack the gradients that were taken at each point."""
    found: dict[str, Any] = {}
    for name, *gradients in zip(graph.variables, *runs, strict=True):
        absent = any(gradient is None for gradient in gradients)
        found[name] = Unconnected() if absent else np.stack([np.asarray(dense(gradient)) for gradient in gradients])
    return found
