"""Reverse against numeric differences: the one oracle that a fault in the formula itself cannot hide from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.gradient import Array
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import differ, taken
from gradcheck.oracles._numbers import largest, pair, wide
from gradcheck.oracles.subject import Subject, attempt, to_array
from gradcheck.raised import Raised

Value = Callable[[Sequence[Array]], float]
_MOST = 12  # entries of an input that are moved, each by itself
_AMPLIFIED = 8  # times what two samples of rounding show
_CUBE = {2.0**-52: 2.0**-10, 2.0**-23: 2.0**-5}  # the step, by the dtype's epsilon


@oracle(
    "numeric",
    "reverse mode against central differences, entry by entry",
    smooth=True,
    dtypes=("real", "complex"),
)
def judge_numeric(subject: Subject) -> Iterator[Doubt]:
    """Move each entry of each input, and watch what the cotangents make of the outputs."""
    eager = taken(subject)
    value, settled = _value(subject), 0
    middle = value(subject.values)
    for place, gradient in enumerate(eager):
        for index, move in moves(subject, place):
            slope, doubt = difference(subject, value, middle, place, move)
            found = 0.0 if gradient is None else pair([gradient], [move])
            if not np.isfinite(doubt) or doubt > 0.05 * max(abs(slope), 1e-3):
                continue  # the differences do not settle: nothing can be said here
            settled += 1
            sizes = abs(slope) + (abs(found) if np.isfinite(found) else 0.0)
            allowed = doubt + 64 * subject.epsilon * sizes
            if abs(slope - found) > allowed or not np.isfinite(found):
                if gradient is None and place in subject.absent:
                    continue
                what = "None though the value depends on it" if gradient is None else "reverse against numeric"
                told = "None" if gradient is None else f"{found:.9g}, allowed {allowed:.2g}"
                yield Doubt(what, f"{slope:.9g}", told, where(place, index, move), allowed)
                break
    if not settled:
        raise Unjudged("it has no entry to move, or differences settle at none")


def where(place: int, index: list[int], move: Array) -> str:
    """Say which entry of which input is moved, and along which part."""
    along = " along i" if np.imag(move[tuple(index)]) else ""
    return f"input {place} {index}{along}"


def step(subject: Subject, place: int) -> float:
    """Return the largest step for an input: by the last place of the dtype, and the size of the input."""
    return _CUBE[subject.epsilon] * max(1.0, float(np.max(np.abs(subject.values[place]), initial=0.0)))


def moves(subject: Subject, place: int) -> Iterator[tuple[list[int], Array]]:
    """Yield moves of single entries that keep the contract, of both parts of complex ones."""
    value = subject.values[place]
    entries = list(np.ndindex(value.shape))
    stream = np.random.Generator(np.random.Philox(key=subject.seed + 3))
    if len(entries) > _MOST:
        entries = [entries[i] for i in stream.choice(len(entries), _MOST, replace=False)]
    parts = (1.0, 1j) if np.iscomplexobj(value) else (1.0,)
    for index in entries:
        for part in parts:
            move = np.zeros(value.shape, np.complex128 if np.iscomplexobj(value) else np.float64)
            move[index] = part
            yield list(index), subject.keep(place, move)


def difference(subject: Subject, value: Value, middle: float, place: int, move: Array) -> tuple[float, float]:
    """Return the slope of a value along a move of one input, extrapolated, and how far it may be off.

    What is left out shrinks with the step; what rounding adds grows. An operation may amplify rounding far beyond the
    last place of its result, so it is measured: by the distance of two extrapolations from three steps, and by what
    is left of the values' even part when all that is smooth is taken out.
    """
    size = step(subject, place)

    def at(distance: float) -> float:
        return value(_moved(subject, place, distance * move))

    ends = [(at(size / part), at(-size / part)) for part in (1, 2, 4)]
    wide, half, quarter = ((up - down) * part / (2 * size) for (up, down), part in zip(ends, (1, 2, 4), strict=True))
    first, second = (4 * half - wide) / 3, (4 * quarter - half) / 3
    even = [up + down - 2 * middle for up, down in ends]
    rest = abs(even[0] - 20 * even[1] + 64 * even[2]) / (12 * size)  # 1 - 20 + 64 cancels squares and fourth powers
    rounding = 16 * subject.epsilon * max(abs(value) for pair in ends for value in pair) / size
    return first, abs(half - wide) + _AMPLIFIED * (abs(second - first) + rest) + rounding


def _moved(subject: Subject, place: int, by: Array) -> list[Array]:
    return [v + by if i == place else v for i, v in enumerate(map(wide, subject.values))]


def _value(subject: Subject) -> Value:
    """Return what the cotangents make of the outputs, as a function of the inputs."""
    call = _repeated(subject)

    def value(values: Sequence[Array]) -> float:
        return pair(subject.cotangents, [to_array(out) for out in call(*subject.at(values).inputs)])

    return value


def _repeated(subject: Subject) -> Callable[..., list[Any]]:
    """Return the operation, to be called at many points: traced once, if it then gives what it gives eagerly."""
    specs = [tf.TensorSpec(x.shape, x.dtype) for x in subject.inputs]
    traced = attempt(lambda: tf.function(subject.apply, autograph=False).get_concrete_function(*specs))
    if isinstance(traced, Raised) or _differs(subject, traced):
        return subject.apply
    found: Callable[..., list[Any]] = traced
    return found


def _differs(subject: Subject, traced: Callable[..., list[Any]]) -> bool:
    """Whether a function gives something else than what the operation gives eagerly, but for rounding."""
    given = attempt(lambda: [to_array(out) for out in traced(*subject.inputs)])
    if isinstance(given, Raised) or isinstance(subject.outputs, Raised) or len(given) != len(subject.outputs):
        return True
    pairs = zip(subject.outputs, given, strict=True)
    return any(list(differ("", one, other, 64 * subject.epsilon * largest(one), "")) for one, other in pairs)
