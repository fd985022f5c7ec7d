"""A gradient as a value: an array for each point, or the absence of one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from gradcheck.objective import Objective

Array = NDArray[Any]

_MANY = 256  # points that are turned at a time: their entries stay in the processor's cache


@dataclass(frozen=True)
class Term:
    """One computed gradient within a formula of gradients.

    Attributes:
        objective: What was differentiated.
        variable: By what.
        weight: Its factor in the formula, shape ``[points]``.
        engine: Name of the engine that computed it.
        dtype: What it was computed in.
        tangents: Whether tangents were pushed forward, which rounds in its own way.
        through: Name of the transform that it went through, if any.
    """

    objective: Objective
    variable: str
    weight: Array
    engine: str
    dtype: str
    tangents: bool = False
    through: str = ""


@dataclass(frozen=True)
class Unconnected:
    """No path runs from the objective to the variable: no gradient, which is not a zero one.

    Attributes:
        terms: What was computed to find that out.
    """

    terms: tuple[Term, ...] = field(default=(), compare=False)

    __array_ufunc__ = None  # so that array * gradient comes here

    def __add__(self, other: Gradient | Unconnected) -> Gradient | Unconnected:
        return other

    def __rmul__(self, factor: Array) -> Unconnected:
        return self


@dataclass(frozen=True, eq=False)
class Gradient:
    """Values of a gradient at every point, and what they were made from.

    ``+`` and ``*`` build the sides of a law; they are carried out in float64, and keep the largest
    magnitude that took part, since a sum that cancels is no more exact than its terms.

    Attributes:
        values: Shape ``[points, *shape]`` for entries, ``[points, directions]`` for a projection.
        took_part: The largest magnitude that took part, shape ``[points]``; that of the values themselves if not given.
        terms: The computed gradients in it, each with its weight.
        doubt: How far an approximating engine may be off, of the values' shape.
        projected: Whether these are products with directions rather than entries.
    """

    values: Array
    took_part: Array | None = None
    terms: tuple[Term, ...] = ()
    doubt: Array | float = 0.0
    projected: bool = False

    @cached_property
    def scale(self) -> Array:
        """The largest magnitude that took part, shape ``[points]``."""
        return largest(self.by_entry) if self.took_part is None else self.took_part

    @cached_property
    def by_entry(self) -> Array:
        """The values, laid out so that one entry's, at all points, lie beside each other."""
        return entry_by_entry(self.values)

    def __add__(self, other: Gradient | Unconnected) -> Gradient:
        if isinstance(other, Unconnected):
            return self
        return Gradient(
            np.add(self.by_entry, other.by_entry, dtype=np.float64),
            self.scale + other.scale,
            self.terms + other.terms,
            self.doubt + other.doubt,
            self.projected,
        )

    def __rmul__(self, factor: Array) -> Gradient:
        """Multiply by one number a point, shape ``[points]``."""
        size = np.abs(factor).astype(np.float64)
        return Gradient(
            along_points(factor, self.values) * self.by_entry,
            size * self.scale,
            tuple(replace(term, weight=term.weight * factor) for term in self.terms),
            along_points(size, self.values) * self.doubt,
            self.projected,
        )

    __array_ufunc__ = None  # so that array * gradient comes here


MaybeGradient = Union[Gradient, Unconnected]


@dataclass(frozen=True, eq=False)
class Slices:
    """The rows of a gradient that a lookup read, as ``tf.IndexedSlices`` gives them.

    Attributes:
        values: Rows, ``[reads, width]``.
        indices: Which row of the variable each belongs to, ``[reads]``; repeats add.
        dense: The same gradient as TensorFlow converts it, ``[rows, width]``.
    """

    values: Array
    indices: Array
    dense: Array

    def summed(self) -> Array:
        """Add every slice into its row, one after the other."""
        rows = np.zeros(self.dense.shape, np.float64)
        np.add.at(rows, self.indices, self.values.astype(np.float64))
        return rows


def first(gradient: MaybeGradient, count: int) -> MaybeGradient:
    """Return the gradient at the first points only."""
    if isinstance(gradient, Unconnected):
        return gradient
    return Gradient(
        gradient.values[:count],
        gradient.scale[:count],
        tuple(replace(term, weight=term.weight[:count]) for term in gradient.terms),
        gradient.doubt[:count] if isinstance(gradient.doubt, np.ndarray) else gradient.doubt,
        gradient.projected,
    )


def largest(values: Array) -> Array:
    """Return the largest finite magnitude at each point, 0 where there are no entries."""
    magnitude, entries = np.abs(values), tuple(range(1, values.ndim))
    found = np.max(magnitude, axis=entries, initial=0.0)
    if not np.isfinite(found).all():
        found = np.max(np.where(np.isfinite(magnitude), magnitude, 0.0), axis=entries, initial=0.0)
    return np.asarray(found, dtype=np.float64)


def entry_by_entry(values: Array) -> Array:
    """Return the same values, laid out so that one entry's, at all points, lie beside each other.

    What is then done with each point's entries runs along thousands of points, not along a few entries.
    """
    points = len(values)
    if values.ndim < 2 or points < _MANY or values.strides[0] == values.itemsize:
        return values
    flat = values.reshape(points, -1)
    laid = np.empty((flat.shape[1], points), values.dtype)
    for start in range(0, points, _MANY):
        laid[:, start : start + _MANY] = flat[start : start + _MANY].T
    return np.moveaxis(laid.reshape(*values.shape[1:], points), -1, 0)


def zeros_like(values: Array) -> Array:
    """Return zeros of the same shape and dtype that take no memory, and cannot be written to."""
    return np.broadcast_to(np.zeros((), values.dtype), values.shape)


def along_points(factor: Array, values: Array) -> Array:
    """Reshape one number a point so that it multiplies ``values``."""
    return np.asarray(factor).reshape(-1, *(1,) * (values.ndim - 1))
