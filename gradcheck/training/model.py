"""A two-head graph with real variables, as one trains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines._program import input_ranks, typed
from gradcheck.graph import BLOCKS, TwoHeadGraph, Wiring, block_of
from gradcheck.model import evaluate_objectives, run_forward
from gradcheck.objective import Expression, Objective
from gradcheck.point import Point

Tensor = Any
Cut = Callable[[Tensor], Tensor]


class Model:
    """Variables at a point's values, and the losses of its one batch.

    Args:
        graph: The structure.
        point: Values of the variables, and the batch.
        keras: Whether the variables are weights of Keras layers, one a block.

    Attributes:
        variables: What TensorFlow differentiates by, a ``tf.Variable`` each, by name.
        weights: What an optimizer is given for each: the same, or a Keras variable around it.
    """

    def __init__(self, graph: TwoHeadGraph, point: Point, *, keras: bool) -> None:
        self.graph = graph
        values = typed(graph, point.values)
        self._rows = len(values["embedding"])
        self._inputs = {name: values[name] for name in input_ranks(graph)}
        self._keras = _keras_model() if keras else None
        self.weights: dict[str, Any] = {name: self._make(name, values[name]) for name in graph.variables}
        self.variables = {
            name: weight if isinstance(weight, tf.Variable) else weight.value for name, weight in self.weights.items()
        }

    def names_in(self, *blocks: str) -> list[str]:
        """Return the names of the variables in some of ``"embedding"``, ``"trunk"``, ``"head1"``, ``"head2"``."""
        return [name for name in self.weights if block_of(name) in blocks]

    def trainable_names(self, block: str) -> list[str]:
        """Make every other layer of the Keras model untrainable, and return what it still calls trainable."""
        assert self._keras is not None
        for other in BLOCKS:
            getattr(self._keras, other).trainable = other == block
        trainable = [id(weight) for weight in self._keras.trainable_variables]
        return [name for name, weight in self.weights.items() if id(weight) in trainable]

    def losses(
        self, formulas: Sequence[Expression], cut: Cut | None = None, *, warming_up: bool = False
    ) -> list[Tensor]:
        """Run forward once and return each formula.

        Args:
            formulas: What to compute from loss1 and loss2.
            cut: If given, head 2 reads head 1's output through it, where it reads that at all.
            warming_up: Whether the batch is another one, whose ids run through the vocabulary: rows
                that later steps do not read have momentum then.
        """
        chained = self.graph.wiring is Wiring.CHAINED
        graph = self.graph.changed(wiring=Wiring.STOPPED) if cut and chained else self.graph
        values = {**self.variables, **{name: tf.constant(value) for name, value in self._inputs.items()}}
        if warming_up:
            values["ids"] = tf.constant(np.arange(len(self._inputs["ids"]), dtype=np.int32) % self._rows)
        forward = run_forward(graph, values, leading=0, stop=cut or tf.stop_gradient)
        pairs = evaluate_objectives(graph, forward, values, [Objective(f) for f in formulas], tf.stop_gradient)
        return [value for value, _ in pairs]

    def _make(self, name: str, value: Any) -> Any:
        plain = name.replace("/", "_")
        if self._keras is None:
            return tf.Variable(value, name=plain)
        layer = getattr(self._keras, block_of(name) if block_of(name) in BLOCKS else "trunk")
        initial = tf.keras.initializers.Constant(value)
        return layer.add_weight(name=plain, shape=value.shape, dtype=value.dtype.name, initializer=initial)


def _keras_model() -> Any:
    """Return an empty Keras model with a layer for each block."""
    model = tf.keras.Model()
    for block in BLOCKS:
        layer = tf.keras.layers.Layer(name=block)
        layer.built = True
        setattr(model, block, layer)
    return model
