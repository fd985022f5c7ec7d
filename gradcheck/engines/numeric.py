"""Central differences in float64: the one engine that knows no derivative rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.directions import COUNT, directions
from gradcheck.engines import Evaluation, Key, View, register_engine
from gradcheck.engines._program import input_ranks
from gradcheck.engines._program import signature as input_signature
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import evaluate_objectives, run_forward
from gradcheck.objective import Objective
from gradcheck.point import Points

Tensor = Any

STEP = 2.0**-13
_STEPS = np.array([1.0, -1.0, 2.0, -2.0]) * STEP
_ROUNDING = 4  # units in the last place of the largest value: a difference cannot be sharper
_CHUNK = 2**21  # perturbed scalars at once, to keep memory flat


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
        scalars = sum(value[0].size for value in points.values.values()) * (
            1 + len(_STEPS) * COUNT * len(graph.variables)
        )
        most = max(1, _CHUNK // max(1, scalars)) if stacked else 1
        chunks = [program(points.take(slice(i, i + most))) for i in range(0, len(points), most)]
        derivative, doubt, kinked = (np.concatenate(parts, axis=-1) for parts in zip(*chunks, strict=True))
        gradients: dict[Key, Array] = {}
        doubts: dict[Key, Array] = {}
        for i, objective in enumerate(objectives):
            for j, name in enumerate(graph.variables):
                gradients[objective, name] = derivative[i, j].T
                doubts[objective, name] = doubt[i, j].T
        return Evaluation(gradients, doubt=doubts, kinked=kinked)


@lru_cache(maxsize=256)
def _program(graph: TwoHeadGraph, objectives: tuple[Objective, ...]) -> DifferenceProgram:
    return DifferenceProgram(graph, objectives)


class DifferenceProgram:
    """Values of every objective at all perturbed points, in one traced call."""

    def __init__(self, graph: TwoHeadGraph, objectives: Sequence[Objective]) -> None:
        # The structure is the same in float64, where differences are taken.
        self._graph = TwoHeadGraph.from_json(graph.to_json() | {"dtype": "float64"})
        self._objectives = objectives
        ranks = self._graph.ranks()
        specs = [tf.TensorSpec([None] * (rank + 2), tf.float64) for rank in ranks.values()]
        self._call = tf.function(
            self._values, input_signature=[*specs, *input_signature(self._graph, leading=2)], autograph=False
        )

    def __call__(self, points: Points) -> tuple[Array, Array, Array]:
        """Return derivatives and doubts ``[objectives, variables, 8, points]``, and kinked points."""
        variables = self._graph.variables
        rows = 1 + len(variables) * COUNT * len(_STEPS)
        perturbed = [self._perturb(points, name, index, rows) for index, name in enumerate(variables)]
        inputs = [
            np.broadcast_to(points.values[name], (rows, *points.values[name].shape))
            for name in input_ranks(self._graph)
        ]
        values, kinked = self._call(*map(tf.constant, perturbed), *map(tf.constant, inputs))
        values = np.asarray(values)
        moved = values[:, 1:].reshape(len(self._objectives), len(variables), COUNT, len(_STEPS), -1)
        return *_extrapolate(values[:, 0], moved), np.asarray(kinked)

    def _perturb(self, points: Points, name: str, index: int, rows: int) -> Array:
        """Repeat a variable for every row, moved in the rows that are its own."""
        value = points.values[name]
        repeated = np.broadcast_to(value, (rows, *value.shape)).copy()
        along = directions(value.shape[1:])[:, None, None]
        steps = _STEPS.reshape(1, -1, 1, *(1,) * (value.ndim - 1))
        first = 1 + index * COUNT * len(_STEPS)
        own = repeated[first : first + COUNT * len(_STEPS)].reshape(COUNT, len(_STEPS), *value.shape)
        own += along * steps
        return np.asarray(repeated)

    def _values(self, *tensors: Tensor) -> tuple[Tensor, Tensor]:
        names = [*self._graph.variables, *input_ranks(self._graph)]
        named = dict(zip(names, tensors, strict=True))
        forward = run_forward(self._graph, named, leading=2, stop=_freeze)
        pairs = evaluate_objectives(self._graph, forward, named, self._objectives, _freeze)
        return tf.stack([self._pair(*pair) for pair in pairs]), self._crossed(forward.kinks, named)

    def _pair(self, value: Tensor, cotangent: Tensor | None) -> Tensor:
        # A cotangent is a constant: loss2's own zeros are not differenced.
        weighted = value if cotangent is None else value * _freeze(cotangent)
        return tf.reduce_sum(weighted, axis=-1) if self._graph.reduction == "none" else weighted

    def _crossed(self, kinks: list[Tensor], named: dict[str, Tensor]) -> Tensor:
        """Mark the points at which a perturbation changes the sign of some kink."""
        crossed = tf.zeros(tf.shape(named["a"])[1:], tf.bool)
        for kink in kinks:
            changed = tf.not_equal(tf.sign(kink), tf.sign(kink[:1]))
            crossed |= tf.reduce_any(changed, axis=[0, *range(2, len(kink.shape))])
        return crossed


def _freeze(tensor: Tensor) -> Tensor:
    """Hold a tensor at its unperturbed value, which is in the first row."""
    return tf.broadcast_to(tensor[:1], tf.shape(tensor))


def _extrapolate(still: Array, moved: Array) -> tuple[Array, Array]:
    """Combine two step sizes into a derivative and how far it may be off.

    The distance of the two slopes bounds what the extrapolated one leaves out. Rounding is measured
    as well: in a fourth difference of five values all that is smooth cancels, and noise adds up.

    Args:
        still: Values where the differences are taken, ``[objectives, points]``.
        moved: Values at the four steps, ``[objectives, variables, 8, 4, points]``.
    """
    up, down, far_up, far_down = np.moveaxis(moved, -2, 0)
    with np.errstate(invalid="ignore"):
        near, far = (up - down) / (2 * STEP), (far_up - far_down) / (4 * STEP)
        derivative = (4 * near - far) / 3
        # The worst direction speaks for all: one alone may agree by accident.
        truncation = np.max(np.abs(near - far), axis=2, keepdims=True)
        fourth = far_up - 4 * up + 6 * still[:, None, None] - 4 * down + far_down
        noise = np.max(np.abs(fourth), axis=(1, 2), keepdims=True, initial=0.0)
        largest = np.max(np.abs(moved), axis=(1, 2, 3), initial=0.0)[:, None, None]
    rounding = (noise + _ROUNDING * np.finfo(np.float64).eps * largest) / STEP
    return derivative, np.broadcast_to(truncation + rounding, derivative.shape)
