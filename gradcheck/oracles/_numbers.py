"""Arithmetic on arrays of any dtype, done in float64 or complex128."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradcheck.gradient import Array


def wide(values: Array) -> Array:
    """Return an array in float64 or complex128."""
    return np.asarray(values).astype(np.complex128 if np.iscomplexobj(values) else np.float64)


def pair(cotangents: Sequence[Array], tangents: Sequence[Array]) -> float:
    """Return the real number that cotangents make of tangents."""
    with np.errstate(all="ignore"):
        terms = [np.sum(np.real(np.conj(wide(c)) * wide(t))) for c, t in zip(cotangents, tangents, strict=True)]
    return float(sum(terms))


def largest(values: Array | None) -> float:
    """Return the largest finite absolute value, 0 if there is none."""
    if values is None or not values.size:
        return 0.0
    sizes = np.abs(wide(values))
    return float(np.max(sizes, where=np.isfinite(sizes), initial=0.0))


def is_finite(values: Array) -> bool:
    """Whether every entry is finite."""
    return bool(np.all(np.isfinite(wide(values))))
