"""Forward mode against reverse mode: both are the same bilinear form of a tangent and a cotangent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import noise, taken
from gradcheck.oracles._numbers import pair, wide
from gradcheck.oracles.subject import Subject, attempt, to_array
from gradcheck.raised import Raised

Tensor = Any
Pairing = Callable[[Sequence[Tensor]], Sequence[Tensor | None]]


@oracle("forward", "forward mode against reverse mode, eagerly")
def judge_forward(subject: Subject) -> Iterator[Doubt]:
    """Push a tangent of all inputs forward, and pair it with the cotangents."""
    yield from _judge(subject, ["eagerly"])


@oracle("forward_function", "forward mode against reverse mode, inside and through a tf.function", turns=8)
def judge_forward_function(subject: Subject) -> Iterator[Doubt]:
    """Push the same tangent where the operation is traced, and where operation and tangent are."""
    yield from _judge(subject, ["inside a tf.function", "through a tf.function"])


def _judge(subject: Subject, ways: Sequence[str]) -> Iterator[Doubt]:
    eager = taken(subject)
    terms = [pair([g], [t]) for g, t in zip(eager, subject.tangents, strict=True) if g is not None]
    if not np.isfinite(sum(terms)):
        raise Unjudged("of infinities nothing can be summed")
    sizes = [float(np.sum(np.abs(wide(t)))) for t in subject.tangents]
    bound = sum(b * s for b, s in zip(noise(subject), sizes, strict=True)) + 64 * subject.epsilon * sum(map(abs, terms))
    for what in ways:
        found = attempt(partial(_pair, subject, WAYS[what]))
        told = f"reverse against forward {what}"
        if isinstance(found, Raised):
            yield Doubt(told, f"{sum(terms):.9g}", str(found), "all inputs")
        elif not abs(found - sum(terms)) <= bound:
            yield Doubt(told, f"{sum(terms):.9g}", f"{found:.9g}, allowed {bound:.2g}", "all inputs", bound)


def _eagerly(subject: Subject, call: Pairing) -> Sequence[Tensor | None]:
    return call(subject.inputs)


def _inside(subject: Subject, call: Pairing) -> Sequence[Tensor | None]:
    found: Sequence[Tensor | None] = tf.function(lambda *inputs: call(inputs), autograph=False)(*subject.inputs)
    return found


def _push(subject: Subject, function: Callable[..., Any]) -> Pairing:
    def run(inputs: Sequence[Tensor]) -> Sequence[Tensor | None]:
        tangents = [tf.constant(t, x.dtype) for t, x in zip(subject.tangents, inputs, strict=True)]
        with tf.autodiff.ForwardAccumulator(list(inputs), tangents) as accumulator:
            outputs = function(*inputs)
        return [accumulator.jvp(out, tf.UnconnectedGradients.ZERO) for out in outputs]

    return run


def _pair(subject: Subject, way: Callable[[Subject], Sequence[Tensor]]) -> float:
    return pair(subject.cotangents, [to_array(jvp) for jvp in way(subject)])


WAYS: dict[str, Callable[[Subject], Sequence[Tensor]]] = {
    "eagerly": lambda subject: _eagerly(subject, _push(subject, subject.apply)),
    "inside a tf.function": lambda subject: _inside(subject, _push(subject, subject.apply)),
    "through a tf.function": lambda subject: _eagerly(
        subject, _push(subject, tf.function(subject.apply, autograph=False))
    ),
}
