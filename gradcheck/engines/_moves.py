"""The forward pass of a difference: every variable moved along every direction, all at once.

Moved copies of a point lie beside each other on the batch axis, which every layer treats alike; a
variable is moved only where it is used, so that whatever comes before it is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.directions import COUNT
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import Layer, LossFunction
from gradcheck.model import reduce_loss

Tensor = Any

STEP = 2.0**-13
STEPS = np.array([1.0, -1.0, 2.0, -2.0]) * STEP
MOVES = COUNT * len(STEPS)  # of each variable


@dataclass(frozen=True)
class Moved:
    """A tensor where nothing is moved, and at every move of some variables.

    Attributes:
        tensor: Shape ``[points, rows * batch, ...]``: the first row is unmoved, then come the
            `MOVES` rows of each variable.
        variables: Those that were moved so far.
    """

    tensor: Tensor
    variables: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many copies of each point there are."""
        return 1 + MOVES * len(self.variables)


class Moves:
    """An `Interpreter` that moves each variable where it meets it.

    Args:
        values: Every value, ``[points, ...]``.
        directions: Those of every variable, ``[8, ...]``.

    Attributes:
        crossed: Whether a move changes the sign of some kink, ``[points]``.
        sizes: Of losses 1 and 2 where nothing is moved: what they are made of, signs left out.
    """

    def __init__(self, graph: TwoHeadGraph, values: Mapping[str, Tensor], directions: Mapping[str, Tensor]) -> None:
        self._graph = graph
        self._values = values
        self._directions = directions
        self._points, self._batch = tf.unstack(tf.shape(values["ids"]))
        self.crossed = tf.zeros([self._points], tf.bool)
        self.sizes: dict[int, Tensor] = {}

    def look_up(self) -> Moved:
        """Read rows of the embedding, and of the moved ones."""
        ids = self._values["ids"]
        still = tf.gather(self._values["embedding"], ids, batch_dims=1, axis=1)
        moved = tf.gather(self._move("embedding"), ids, batch_dims=1, axis=2)
        return Moved(self._side_by_side(still, moved), ("embedding",))

    def apply(self, path: str, layer: Layer, x: Moved) -> Moved:
        """Apply a layer to all rows, and with each of its parameters moved to the first."""
        if layer.kinks:
            self._watch(layer.kinks(x.tensor), x.rows)
        still = {name: self._values[f"{path}/{name}"] for name in layer.parameters}
        repeated = {name: self._repeat(value) for name, value in still.items()}
        first = self._repeat(self._first(x))
        moved = (layer.apply(first, **{**repeated, name: self._move(f"{path}/{name}")}) for name in layer.parameters)
        names = (f"{path}/{name}" for name in layer.parameters)
        return Moved(self._side_by_side(layer.apply(x.tensor, **still), *moved), (*x.variables, *names))

    def stop(self, x: Moved) -> Moved:
        """Hold a tensor where it is not moved: a difference does not honour ``tf.stop_gradient``."""
        return Moved(self._first(x), ())

    def lose(self, which: int, loss: LossFunction, output: Moved) -> Tensor:
        """Return a loss in the rows of all variables, ``[points, rows, batch]`` or ``[points, rows]``."""
        labels = self._repeat(self._values[f"labels{which}"], output.rows)
        losses = loss.apply(output.tensor, self._beside(labels))
        losses = tf.reshape(losses, [self._points, output.rows, self._batch])
        outputs = tf.reduce_sum(tf.abs(self._first(output)), axis=-1)
        self.sizes[which] = reduce_loss(self._graph, tf.maximum(tf.abs(losses[:, :1]), outputs[:, None]))
        return reduce_loss(self._graph, tf.gather(losses, self._rows(output), axis=1))

    def _rows(self, output: Moved) -> list[int]:
        """Return the row of each move of each variable of the graph: the first where it has none."""
        found = [0]
        for name in self._graph.variables:
            moved = name in output.variables
            start = 1 + MOVES * output.variables.index(name) if moved else 0
            found += range(start, start + MOVES) if moved else [0] * MOVES
        return found

    def _move(self, name: str) -> Tensor:
        """Return a variable at each of its moves, ``[points, MOVES, ...]``."""
        along = tf.expand_dims(self._directions[name], 1)
        steps = STEPS.reshape(-1, *(1,) * self._graph.ranks()[name])
        moves = tf.concat(tf.unstack(along * steps, COUNT), axis=0)
        return tf.expand_dims(self._values[name], 1) + moves

    def _first(self, x: Moved) -> Tensor:
        return x.tensor[:, : self._batch]

    def _repeat(self, x: Tensor, rows: int = MOVES) -> Tensor:
        """Copy ``[points, ...]`` to ``[points, rows, ...]``."""
        return tf.repeat(tf.expand_dims(x, 1), rows, axis=1)

    def _beside(self, x: Tensor) -> Tensor:
        """Lay rows beside each other: ``[points, rows, batch, ...]`` as ``[points, rows * batch, ...]``."""
        shape = tf.shape(x)
        return tf.reshape(x, tf.concat([shape[:1], shape[1:2] * shape[2:3], shape[3:]], axis=0))

    def _side_by_side(self, still: Tensor, *moved: Tensor) -> Tensor:
        return tf.concat([still, *map(self._beside, moved)], axis=1)

    def _watch(self, kink: Tensor, rows: int) -> None:
        shape = tf.concat([[self._points, rows, self._batch], tf.shape(kink)[2:]], axis=0)
        signs = tf.sign(tf.reshape(kink, shape))
        changed = tf.not_equal(signs, signs[:, :1])
        self.crossed |= tf.reduce_any(changed, axis=range(1, len(kink.shape) + 1))
