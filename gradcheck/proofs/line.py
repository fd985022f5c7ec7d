"""Losses along a line: their polynomial in the step, as sympy has it, and their values, as TensorFlow has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from gradcheck.backend import tf
from gradcheck.directions import directions
from gradcheck.engines._program import typed
from gradcheck.gradient import Array
from gradcheck.model import run_forward
from gradcheck.objective import loss1, loss2
from gradcheck.proofs.algebra import Algebra, given_at, work_out
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.symbolic import along_a_line

STEPS = tuple(10.0 ** (-k / 3) for k in range(1, 37))  # no powers of two, at which little is rounded
_UNIT = 2.0**-53
_CLEAR = 2.0**-6  # the share of the second order that all else may have where a slope is fitted


@dataclass(frozen=True, eq=False)
class Line:
    """The joint loss of a setting, all variables moved at once by ``h`` times a direction of ones and minus ones."""

    setting: Setting

    @cached_property
    def moves(self) -> dict[str, Array]:
        """The direction of each variable."""
        shapes = {name: self.setting.point.values[name].shape for name in self.setting.graph.variables}
        return {name: np.sign(directions(shape)[0]).astype(int).astype(object) for name, shape in shapes.items()}

    @cached_property
    def coefficients(self) -> list[Fraction]:
        """The polynomial in h, lowest order first, at least of second order."""
        found = along_a_line(self.setting.graph, given_at(self.setting.point.values), loss1 + loss2, self.moves)
        return [*found, *[Fraction(0)] * (3 - len(found))]

    @cached_property
    def values(self) -> dict[float, float]:
        """The joint loss as TensorFlow has it, by h: at 0 and at every step up and down."""
        steps = [0.0, *STEPS, *(-h for h in STEPS)]
        values = {
            name: np.stack([value + h * self.moves[name].astype(float) if name in self.moves else value for h in steps])
            for name, value in self.setting.point.values.items()
        }
        graph = self.setting.graph
        tensors = {name: tf.convert_to_tensor(value) for name, value in typed(graph, values).items()}
        forward = run_forward(graph, tensors, leading=1, stop=tf.stop_gradient)
        totals = (forward.loss1 + forward.loss2).numpy().reshape(len(steps), -1).sum(axis=1)
        return dict(zip(steps, map(float, totals), strict=True))

    @cached_property
    def rounding(self) -> float:
        """A bound on how far the joint loss may be rounded anywhere on the line.

        Each term is rounded once for each term of each sum on its way; with all terms positive nothing cancels.
        """
        graph, point = self.setting.graph, self.setting.point
        positive = {name: _widest(name, value, name in self.moves) for name, value in point.values.items()}
        algebra = Algebra(graph, max(1, point.sizes["batch"]))
        found = work_out(algebra.forward(), given_at(positive))
        total = sum(float(np.sum(np.asarray(found[loss], np.float64))) for loss in ("loss1", "loss2"))
        layers = sum(sum(width) + 4 for width in graph.widths(point.sizes).values())
        roundings = layers + 2 * sum(graph.outputs(point.sizes)) + 2 * point.sizes["batch"] + 8
        return roundings * _UNIT * total

    def rest(self, h: float, lowest: int) -> float:
        """Return what the orders from ``lowest`` on add up to at a step."""
        exact = Fraction(h)
        return float(sum(c * exact**order for order, c in enumerate(self.coefficients) if order >= lowest))

    @cached_property
    def clear(self) -> list[float]:
        """The steps at which the second order stands out from all others and from rounding."""
        second = abs(float(self.coefficients[2]))
        return [
            h
            for h in STEPS
            if abs(self.rest(h, 3)) < _CLEAR * second * h**2 and 2 * self.rounding < _CLEAR * second * h**2
        ]

    def remainder(self, h: float, slope: float) -> float:
        """Return what is left of the loss at a step beside its value and a slope."""
        return abs(self.values[h] - self.values[0.0] - h * slope)

    def forward_error(self, h: float, slope: float) -> float:
        """Return how far a one-sided quotient is from a slope."""
        return abs((self.values[h] - self.values[0.0]) / h - slope)

    def central_error(self, h: float, slope: float) -> float:
        """Return how far a central quotient is from a slope."""
        return abs((self.values[h] - self.values[-h]) / (2 * h) - slope)


def fitted_slope(steps: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of a straight line through the logarithms; 0 where a value is none."""
    if len(steps) < 2 or not all(value > 0 for value in values):
        return 0.0
    return float(np.polyfit(np.log2(steps), np.log2(values), 1)[0])


def _widest(name: str, value: Array, moved: bool) -> Array:
    # A loss is a function of output - labels: negative labels make that a sum.
    if name.startswith("labels"):
        return -np.abs(value)
    return np.abs(value) + 1 if moved else value
