"""Central differences in float64: the one engine that knows no derivative rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.directions import COUNT, directions
from gradcheck.engines import Evaluation, Key, View, register_engine, remembered
from gradcheck.engines._moves import STEP, STEPS, Moves
from gradcheck.engines._program import input_ranks
from gradcheck.engines._program import signature as input_signature
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import Forward, evaluate_objectives, interpret
from gradcheck.objective import Objective
from gradcheck.point import COEFFICIENTS, COTANGENTS, Points

Tensor = Any

_ROUNDING = 4  # units in the last place of the largest value that took part: a difference cannot be sharper
_CHUNK = 256  # points at once: what they are moved to stays in the processor's cache


@register_engine
class Numeric:
    """Moves each variable along eight directions and watches the losses.

    Every derivative is extrapolated from two step sizes, and their distance says how far it may be
    off. Detached values are frozen where the differences are taken: a difference does not honour
    ``tf.stop_gradient``. Points where a perturbation crosses a kink are marked.

    References:
        Richardson (1911), on extrapolation from two step sizes.
    """

    name = "numeric"
    about = "central differences in float64, eight signed directions a variable"
    view = View.DIRECTIONS
    traced = False
    sees_absence = False
    compiles_shapes = False
    script = """
def numeric(objective, variable, dtype):
    values, step = typed("float64"), 2.0**-13
    frozen = []
    objective(values, lambda tensor: frozen.append(tensor) or tensor)

    def move(direction, distance):
        # A difference does not honour stop_gradient: hold stopped values where they were.
        held = iter(frozen)
        moved = {**values, variable: values[variable] + distance * direction}
        value, cotangent = objective(moved, lambda tensor: next(held))
        return np.sum(value if cotangent is None else value * cotangent)

    def slope(direction, distance):
        return (move(direction, distance) - move(direction, -distance)) / (2 * distance)

    return np.array([(4 * slope(d, step) - slope(d, 2 * step)) / 3 for d in DIRECTIONS[variable]])
"""

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        program = _program(graph, tuple(objectives))
        most = _CHUNK if stacked else 1
        chunks = [program(points.take(slice(i, i + most))) for i in range(0, len(points), most)]
        derivative, doubt, kinked = (np.concatenate(parts, axis=0) for parts in zip(*chunks, strict=True))
        gradients: dict[Key, Array] = {}
        doubts: dict[Key, Array] = {}
        for i, objective in enumerate(objectives):
            for j, name in enumerate(graph.variables):
                gradients[objective, name] = derivative[:, i, j]
                doubts[objective, name] = doubt[:, i, j]
        return Evaluation(gradients, doubt=doubts, kinked=kinked)


@remembered
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...]) -> DifferenceProgram:
    return DifferenceProgram(graph, objectives)


class DifferenceProgram:
    """Values of every objective at all moves, in one traced call."""

    def __init__(self, graph: TwoHeadGraph, objectives: Sequence[Objective]) -> None:
        # The structure is the same in float64, where differences are taken.
        self._graph = graph.changed(dtype="float64")
        self._objectives = objectives
        ranks = self._graph.ranks().values()
        along, variables = (
            [tf.TensorSpec([None] * (rank + 1), tf.float64) for rank in ranks] for _ in ("directions", "values")
        )
        self._call = tf.function(
            self._values, input_signature=[along, variables, input_signature(self._graph, leading=1)], autograph=False
        )

    def __call__(self, points: Points) -> tuple[Array, Array, Array]:
        """Return derivatives and doubts ``[points, objectives, variables, 8]``, and kinked points."""
        names = self._graph.variables
        along = [tf.constant(directions(points.values[name].shape[1:])) for name in names]
        variables = [tf.constant(points.values[name]) for name in names]
        inputs = [tf.constant(points.values[name]) for name in input_ranks(self._graph)]
        values, sizes, kinked = map(np.asarray, self._call(along, variables, inputs))
        moved = values[..., 1:].reshape(*values.shape[:2], len(names), COUNT, len(STEPS))
        return *_extrapolate(values[..., 0], moved, sizes), kinked

    def _values(
        self, along: list[Tensor], variables: list[Tensor], inputs: list[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return every objective at every move, ``[points, objectives, rows]``, their sizes, and kinked points."""
        names = self._graph.variables
        named = dict(zip((*names, *input_ranks(self._graph)), (*variables, *inputs), strict=True))
        moves = Moves(self._graph, named, dict(zip(names, along, strict=True)))
        forward = interpret(self._graph, moves)
        weights = {name: tf.expand_dims(named[name], 1) for name in (*COEFFICIENTS, *COTANGENTS)}
        return self._evaluate(forward, weights), self._sizes(moves, weights), moves.crossed

    def _sizes(self, moves: Moves, weights: Mapping[str, Tensor]) -> Tensor:
        """Return what every objective would be if nothing in it were negative, ``[points, objectives]``.

        A sum that cancels is no more exact than its terms.
        """
        positive = {name: tf.abs(weight) for name, weight in weights.items()}
        return self._evaluate(Forward(moves.sizes[1], moves.sizes[2]), positive)[..., 0]

    def _evaluate(self, forward: Forward, weights: Mapping[str, Tensor]) -> Tensor:
        pairs = evaluate_objectives(self._graph, forward, weights, self._objectives, _freeze)
        return tf.stack([self._pair(*pair) for pair in pairs], axis=1)

    def _pair(self, value: Tensor, cotangent: Tensor | None) -> Tensor:
        # A cotangent is a constant: loss2's own zeros are not differenced.
        weighted = value if cotangent is None else value * _freeze(cotangent)
        return tf.reduce_sum(weighted, axis=-1) if self._graph.reduction == "none" else weighted


def _freeze(tensor: Tensor) -> Tensor:
    """Hold a tensor at its unmoved value, which is in the first row."""
    return tf.broadcast_to(tensor[:, :1], tf.shape(tensor))


def _extrapolate(still: Array, moved: Array, sizes: Array) -> tuple[Array, Array]:
    """Combine two step sizes into a derivative and how far it may be off.

    The distance of the two slopes bounds what the extrapolated one leaves out. Rounding is measured
    as well: in a fourth difference of five values all that is smooth cancels, and noise adds up, unless
    it is as much at one step up as at one down; so some of what took part is always allowed.

    Args:
        still: Values where the differences are taken, ``[points, objectives]``.
        moved: Values at the four steps, ``[points, objectives, variables, 8, 4]``.
        sizes: What took part in them, ``[points, objectives]``.
    """
    up, down, far_up, far_down = np.moveaxis(moved, -1, 0)
    with np.errstate(invalid="ignore"):
        near, far = (up - down) / (2 * STEP), (far_up - far_down) / (4 * STEP)
        derivative = (4 * near - far) / 3
        # The worst direction speaks for all: one alone may agree by accident.
        truncation = np.max(np.abs(near - far), axis=-1, keepdims=True)
        fourth = far_up - 4 * up + 6 * still[..., None, None] - 4 * down + far_down
        noise = np.max(np.abs(fourth), axis=(-2, -1), keepdims=True, initial=0.0)
        largest = np.max(np.abs(moved), axis=(-3, -2, -1), initial=0.0)
        largest = np.maximum(largest, sizes)[..., None, None]
    rounding = (noise + _ROUNDING * np.finfo(np.float64).eps * largest) / STEP
    return derivative, np.broadcast_to(truncation + rounding, derivative.shape)
