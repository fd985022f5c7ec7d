"""Second order: its four compositions of modes against the numeric difference of the first order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.gradient import Array
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import taken
from gradcheck.oracles._numbers import pair
from gradcheck.oracles._tensorflow import products_apart
from gradcheck.oracles.subject import Subject, attempt, to_array
from gradcheck.raised import Raised

Tensor = Any
Tensors = Sequence[Tensor]
# Tensors of the first order, and the numbers by which the second weighs them.
Terms = list[tuple[Tensor, Array]]
First = Callable[[Subject, Tensors], Terms]
_STEP = 2.0**-10


@oracle(
    "second",
    "second order with reverse outermost against differences of the first",
    smooth=True,
    dtypes=("real",),
    turns=3,
)
def judge_second(subject: Subject) -> Iterator[Doubt]:
    """Take the curvature along a tangent of all inputs, in float64 where that is the dtype."""
    yield from _judge(subject, ["reverse over reverse", "reverse over forward"])


@oracle(
    "second_forward",
    "second order with forward outermost against differences of the first",
    smooth=True,
    dtypes=("real",),
    turns=32,
)
def judge_second_forward(subject: Subject) -> Iterator[Doubt]:
    """Take the same with forward mode outside, for which TensorFlow traces functions of functions."""
    yield from _judge(subject, ["forward over reverse", "forward over forward"])


def _judge(subject: Subject, ways: Sequence[str]) -> Iterator[Doubt]:
    if subject.dtype != "float64":
        raise Unjudged("differences of a gradient need float64")
    taken(subject)
    if not subject.outputs:
        raise Unjudged("it has no output that can have a gradient")
    expected, doubt = _difference(subject)
    if not np.isfinite(doubt) or doubt > 0.05 * max(abs(expected), 1e-3):
        raise Unjudged("the differences of its gradient do not settle")
    for what in ways:
        with products_apart() if what == "forward over forward" else nullcontext():
            found = attempt(partial(WAYS[what], subject))
        told = f"{what} against differences of the first order"
        if isinstance(found, Raised):
            yield Doubt(told, f"{expected:.9g}", str(found), "all inputs")
            continue
        sizes = abs(expected) + (abs(found) if np.isfinite(found) else 0.0)
        allowed = doubt + 2.0**-34 * sizes + 1e-9
        if not abs(found - expected) <= allowed:
            yield Doubt(told, f"{expected:.9g}", f"{found:.9g}, allowed {allowed:.2g}", "all inputs", allowed)


def step(subject: Subject) -> float:
    """Return the largest step along the tangent."""
    return _STEP * max([1.0, *(float(np.max(np.abs(v), initial=0.0)) for v in subject.values)])


def _difference(subject: Subject) -> tuple[float, float]:
    """Return the curvature along the tangent by differences of the gradient, and how far it may be off."""
    size = step(subject)

    def slope(distance: float) -> tuple[float, float]:
        ends = [_along(subject, sign * distance) for sign in (1, -1)]
        return (ends[0] - ends[1]) / (2 * distance), max(map(abs, ends))

    (wide, top), (narrow, _) = slope(size), slope(size / 2)
    return (4 * narrow - wide) / 3, abs(narrow - wide) + 64 * subject.epsilon * top / _STEP


def _along(subject: Subject, distance: float) -> float:
    """Return the slope along the tangent at a distance on it."""
    near = subject.at([v + distance * t for v, t in zip(subject.values, subject.tangents, strict=True)])
    near.cotangents = subject.cotangents
    answer = near.eager
    if isinstance(answer, Raised):
        return float("nan")
    pairs = zip(answer, subject.tangents, strict=True)
    return float(sum(np.sum(np.asarray(g, np.float64) * t) for g, t in pairs if g is not None))


def _first_by_reverse(subject: Subject, inputs: Tensors) -> Terms:
    """Return the gradients of the outputs along the cotangents, each with the tangent that it belongs to."""
    pairs = zip(subject.pull(inputs), subject.tangents, strict=True)
    return [(tf.convert_to_tensor(gradient), tangent) for gradient, tangent in pairs if gradient is not None]


def _first_by_forward(subject: Subject, inputs: Tensors) -> Terms:
    """Return the tangents of the outputs, each with the cotangent that it belongs to."""
    with tf.autodiff.ForwardAccumulator(list(inputs), _tangents(subject)) as accumulator:
        outputs = subject.call(inputs)
        jvps = [accumulator.jvp(out, tf.UnconnectedGradients.ZERO) for out in outputs]
    return list(zip(jvps, subject.cotangents, strict=True))


def _reverse_over(first: First, subject: Subject) -> float:
    with tf.GradientTape() as tape:
        tape.watch(subject.inputs)
        terms = first(subject, subject.inputs)
    if not terms:
        return 0.0
    pulled = [tf.constant(weight, term.dtype) for term, weight in terms]
    found = tape.gradient([term for term, _ in terms], list(subject.inputs), output_gradients=pulled)
    pairs = [(to_array(g), t) for g, t in zip(found, subject.tangents, strict=True) if g is not None]
    return pair([g for g, _ in pairs], [t for _, t in pairs])


def _forward_over(first: First, subject: Subject) -> float:
    with tf.autodiff.ForwardAccumulator(list(subject.inputs), _tangents(subject)) as accumulator:
        terms = first(subject, subject.inputs)
        jvps = [accumulator.jvp(term, tf.UnconnectedGradients.ZERO) for term, _ in terms]
    return pair([weight for _, weight in terms], list(map(to_array, jvps)))


def _tangents(subject: Subject) -> list[Tensor]:
    tangents: list[Array] = subject.tangents
    return [tf.constant(t, subject.dtype) for t in tangents]


WAYS: dict[str, Callable[[Subject], float]] = {
    "reverse over reverse": partial(_reverse_over, _first_by_reverse),
    "forward over reverse": partial(_forward_over, _first_by_reverse),
    "reverse over forward": partial(_reverse_over, _first_by_forward),
    "forward over forward": partial(_forward_over, _first_by_forward),
}
