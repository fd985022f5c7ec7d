"""Gradients in float64 that are rounded at random: wherever a tensor is passed on, and its cotangent back.

Rounding is no chance: ``1 + g`` loses the same part of a small ``g`` however often it is computed nearby, and two such
losses may cancel in float32 and not in float64. Random ones in their places do not, at several copies of a point.

References:
    Parker (1997), Monte Carlo arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines import Evaluation
from gradcheck.engines._program import TapeProgram, evaluate_program
from gradcheck.engines.eager import Eager
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import Layer, LossFunction
from gradcheck.model import Direct, Forward, interpret
from gradcheck.objective import Objective
from gradcheck.point import Points

Tensor = Any

_KEY = 0x7368616B656E


def evaluate_shaken(graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], reach: float) -> Evaluation:
    """Differentiate in float64, eagerly, with every tensor and every cotangent moved by a random part of itself.

    Args:
        graph: The structure, in either dtype.
        points: A stack, each of which meets other random parts.
        objectives: What is differentiated.
        reach: The largest part: far above float64's epsilon, and small enough that what it does is in proportion.
    """
    precise = replace(graph, dtype="float64")
    return evaluate_program(_Program(precise, objectives, reach), precise, points, objectives, stacked=True)


class _Program(TapeProgram):
    """A tape on which everything is shaken, the same way at every call."""

    def __init__(self, graph: TwoHeadGraph, objectives: Sequence[Objective], reach: float) -> None:
        super().__init__(graph, objectives, 1, Eager.wrap)
        self._reach = reach

    def _forward(self, values: Mapping[str, Tensor]) -> Forward:
        where = self._graph, values, self._leading, tf.stop_gradient
        return interpret(self._graph, _Shaking(*where, self._reach, np.random.Philox(key=_KEY)))


@dataclass(frozen=True)
class _Shaking(Direct):
    """The forward pass as a user writes it, but for a random part of whatever is passed on."""

    reach: float
    stream: np.random.Philox

    def look_up(self) -> Tensor:
        return self._shake(super().look_up())

    def apply(self, path: str, layer: Layer, x: Tensor) -> Tensor:
        return self._shake(super().apply(path, layer, x))

    def lose(self, which: int, loss: LossFunction, output: Tensor) -> Tensor:
        return self._shake(super().lose(which, loss, output))

    def _shake(self, x: Tensor) -> Tensor:
        there, back = (tf.constant(near_one(self.stream, x.shape, self.reach)) for _ in range(2))
        return tf.custom_gradient(lambda x: (x * there, lambda cotangent: cotangent * back))(x)


def near_one(stream: np.random.Philox, shape: Sequence[int], reach: float) -> Array:
    """Return random factors that differ from 1 by at most ``reach``."""
    words = stream.random_raw(int(np.prod(shape))).reshape(shape)
    return np.asarray(1.0 + reach * ((words >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0))
