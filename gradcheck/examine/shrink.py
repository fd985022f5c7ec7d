"""Shrinking: simpler numbers at which the same doubt remains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradcheck.gradient import Array
from gradcheck.oracles.subject import Subject
from gradcheck.raised import Raised

_DIGITS = (0, 1, 2)


def shrink(subject: Subject, doubts: Callable[[Subject], bool]) -> Subject:
    """Return the subject with each input rounded as far as the doubt allows, one input after the other.

    Args:
        subject: Where the doubt is.
        doubts: Whether a subject shows it.
    """
    best = subject
    for place in range(len(subject.values)):
        for digits in _DIGITS:
            values = [*best.values]
            values[place] = _rounded(values[place], digits)
            simpler = subject.at(values)
            if not isinstance(simpler.outputs, Raised) and doubts(simpler):
                best = simpler
                break
    return best


def _rounded(values: Array, digits: int) -> Array:
    wide = np.asarray(values).astype(np.complex128 if np.iscomplexobj(values) else np.float64)
    return np.asarray(np.round(wide, digits))
