"""Saying how two implementations' gradients differ, in units in the last place of what was computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcheck.compare import Comparison
from gradcheck.explain import explain
from gradcheck.gradient import Gradient
from gradcheck.moving import epsilon


def unit_of(dtype: Any, *sides: Gradient) -> float:
    """Return one unit in the last place of the largest entry; where all are zero, of the smallest normal number."""
    tiny = np.finfo(np.float64 if dtype.real_dtype.size == 8 else np.float32).tiny
    return epsilon(dtype) * max(float(tiny), *(float(side.scale[0]) for side in sides))


def explain_difference(compared: Comparison, names: tuple[str, str], dtype: Any) -> list[str]:
    """Return the lines that say what was expected and what was found.

    Args:
        compared: A broken comparison at one point.
        names: What the expected side and the side that is judged are called.
        dtype: What the gradients were computed in.
    """
    match compared.expected, compared.found:
        case Gradient() as expected, Gradient() as found if expected.values.shape == found.values.shape:
            return _entries(compared, expected, found, names, dtype)
        case _:
            told = explain(compared, 0)
            return [f"  expected   {told.expected}, as {names[0]} has", f"  found      {told.found[0]}"]


def _entries(
    compared: Comparison, expected: Gradient, found: Gradient, names: tuple[str, str], dtype: Any
) -> list[str]:
    left, right = expected.values[0], found.values[0]
    allowed = 0.0 if compared.allowed is None else float(np.max(compared.allowed))
    with np.errstate(invalid="ignore"):
        distance = np.abs(left - right)
    agree = (left == right) | (np.isnan(left) & np.isnan(right))
    beyond = np.where(agree, 0.0, np.where(np.isfinite(distance), distance, np.inf))
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(beyond)), beyond.shape))
    unit = unit_of(dtype, expected, found)
    apart = "places of NaN or infinity differ"
    if np.isfinite(beyond[worst]):
        because = f" ({compared.budget.because})" if compared.budget else ""
        apart = f"{beyond[worst] / unit:.6g} ULP of the largest entry, allowed {allowed / unit:.3g}{because}"
    parts = "; the last index is 0 for real parts, 1 for imaginary ones" if dtype.is_complex else ""
    return [
        "  expected   the same numbers, but for rounding",
        f"  found      {int((beyond > allowed).sum())} of {left.size} elements differ; worst {list(worst)}{parts}",
        f"             {names[0]} {left[worst]:.9g}  {names[1]} {right[worst]:.9g}  {apart}",
    ]
