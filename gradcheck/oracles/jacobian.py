"""The Jacobian by pfor against the one by a loop."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gradcheck.backend import tf
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import differ, noise, taken
from gradcheck.oracles._numbers import largest
from gradcheck.oracles.subject import Subject, attempt, to_array
from gradcheck.raised import Raised

_MOST = 64


@oracle("jacobian", "tape.jacobian vectorised by pfor against the same in a loop", turns=8)
def judge_jacobian(subject: Subject) -> Iterator[Doubt]:
    """Take the Jacobian of the first output by every input."""
    taken(subject)
    if isinstance(subject.outputs, Raised) or not subject.outputs:
        raise Unjudged("it has no output that can have a gradient")
    if subject.outputs[0].size > _MOST:
        raise Unjudged(f"its first output has more than {_MOST} entries")
    looped, vectorised = (attempt(partial(_jacobians, subject, pfor)) for pfor in (False, True))
    what = "a loop's Jacobian against pfor's"
    if isinstance(looped, Raised) or isinstance(vectorised, Raised):
        if isinstance(looped, Raised) != isinstance(vectorised, Raised):
            yield Doubt(what, _told(looped), _told(vectorised), "all inputs")
        return
    for place, (one, other) in enumerate(zip(looped, vectorised, strict=True)):
        if (one is None) != (other is None):
            yield Doubt(what, _told(one), _told(other), f"input {place}")
        elif one is not None and other is not None:
            bound = noise(subject)[place] + 64 * subject.epsilon * largest(one)
            yield from differ(what, one, other, bound, f"input {place}")


def _jacobians(subject: Subject, pfor: bool) -> list[Any]:
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(subject.inputs)
        output = subject.call(subject.inputs)[0]
    found = [tape.jacobian(output, x, experimental_use_pfor=pfor) for x in subject.inputs]
    return [None if j is None else to_array(j) for j in found]


def _told(answer: Any) -> str:
    return "None" if answer is None else str(answer) if isinstance(answer, Raised) else "a Jacobian"
