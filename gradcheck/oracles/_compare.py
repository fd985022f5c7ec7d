"""Comparing answers: presence, exceptions, and numbers within what rounding explains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradcheck.gradient import Array
from gradcheck.oracles import Doubt, Unjudged
from gradcheck.oracles._numbers import largest, wide
from gradcheck.oracles.subject import Answer, Subject, as_dtype
from gradcheck.raised import Raised

_COPIES = 4
_ULPS = 64  # a few sums and products in another order
_AMPLIFIED = 16  # times what moving inputs and cotangents does
# In narrower dtypes this would reach the last place of one narrower still, in which a gradient must not be computed.
_MORE = {2.0**-52: 2.0**-40}


def taken(subject: Subject) -> tuple[Array | None, ...]:
    """Return the gradients that a tape takes eagerly.

    Raises:
        Unjudged: It raises, which oracle ``form`` tells.
    """
    if isinstance(subject.eager, Raised):
        raise Unjudged(f"the gradient raises: {subject.eager}")
    return subject.eager


def compare(subject: Subject, what: str, expected: Answer, found: Answer) -> Iterator[Doubt]:
    """Yield how two ways to take the same gradient disagree."""
    if isinstance(expected, Raised) or isinstance(found, Raised):
        if not (isinstance(expected, Raised) and isinstance(found, Raised)):
            yield Doubt(what, _told(expected), _told(found), "all inputs")
        return
    bounds = noise(subject)
    for place, (one, other) in enumerate(zip(expected, found, strict=True)):
        if (one is None) != (other is None):
            yield Doubt(what, _presence(one), _presence(other), f"input {place}")
        elif one is not None and other is not None:
            yield from differ(what, one, other, bounds[place], f"input {place}")


def differ(what: str, expected: Array, found: Array, bound: float, place: str) -> Iterator[Doubt]:
    """Yield the worst entry of two arrays that lies further apart than ``bound``."""
    if expected.shape != found.shape:
        yield Doubt(what, f"shape {expected.shape}", f"shape {found.shape}", place)
        return
    one, other = wide(expected), wide(found)
    odd = ~_finite_alike(one, other)
    with np.errstate(all="ignore"):
        apart = np.where(np.isfinite(one) & np.isfinite(other), np.abs(one - other), 0.0)
    apart = np.where(odd, np.inf, apart)
    if apart.size and apart.max() > bound:
        index = tuple(map(int, np.unravel_index(int(apart.argmax()), apart.shape)))
        told = f"{other[index]:.9g}, allowed {bound:.2g}"
        yield Doubt(what, f"{one[index]:.9g}", told, f"{place} {list(index)}", bound)


def noise(subject: Subject) -> list[float]:
    """Return for each input how far rounding alone may carry its gradient; several oracles ask a subject for it."""
    if subject.noise is None:
        subject.noise = _noise(subject)
    return subject.noise


def _noise(subject: Subject) -> list[float]:
    """Move the inputs within their last place, and pull by a little more: divided again, that leaves only rounding.

    Where a gradient cancels, the same numbers can be rounded in the same way after any move of the inputs.
    """
    eager = taken(subject)
    sizes = [largest(g) for g in eager]
    spread = [0.0] * len(eager)
    stream = np.random.Generator(np.random.Philox(key=7))
    for _ in range(_COPIES):
        moved = [
            as_dtype(
                wide(v) + subject.keep(i, wide(v) * subject.epsilon * stream.uniform(-1, 1, v.shape)), subject.dtype
            )
            for i, v in enumerate(subject.values)
        ]
        more = 1 + _MORE.get(subject.epsilon, 0.0) * stream.uniform(0.5, 1)
        near = subject.at(moved)
        near.cotangents = [as_dtype(more * wide(c), c.dtype) for c in subject.cotangents]
        answer = near.eager
        if isinstance(answer, Raised):
            continue
        for place, (one, other) in enumerate(zip(eager, answer, strict=True)):
            if one is not None and other is not None and one.shape == other.shape:
                with np.errstate(all="ignore"):
                    spread[place] = max(spread[place], largest(wide(one) - wide(other) / more))
    return [_ULPS * subject.epsilon * size + _AMPLIFIED * s for size, s in zip(sizes, spread, strict=True)]


def _finite_alike(one: Array, other: Array) -> Array:
    """Whether NaN stands where NaN stands, and an infinity where the same one does."""
    both = np.isnan(one) & np.isnan(other)
    same = np.isinf(one) & (one == other)
    return np.asarray(both | same | (np.isfinite(one) & np.isfinite(other)))


def _presence(gradient: Array | None) -> str:
    return "None" if gradient is None else f"a gradient of up to {largest(gradient):.4g}"


def _told(answer: Answer) -> str:
    return str(answer) if isinstance(answer, Raised) else "gradients"
