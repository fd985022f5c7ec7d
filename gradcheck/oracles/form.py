"""The form of a gradient: its shape and dtype are the input's, and it is finite where the value is smooth."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.oracles import Doubt, oracle
from gradcheck.oracles._numbers import is_finite
from gradcheck.oracles.subject import Subject
from gradcheck.raised import Raised


@oracle("form", "the gradient's shape and dtype are the input's, and smooth gradients are finite")
def judge_form(subject: Subject) -> Iterator[Doubt]:
    """Look at what the tape gives eagerly."""
    if isinstance(subject.eager, Raised):
        yield Doubt("the gradient raises", "gradients", str(subject.eager), "all inputs")
        return
    for place, (gradient, value) in enumerate(zip(subject.eager, subject.values, strict=True)):
        if gradient is None:
            continue
        if gradient.shape != value.shape:
            yield Doubt("the gradient's shape", f"{value.shape}", f"{gradient.shape}", f"input {place}")
        if gradient.dtype != value.dtype:
            yield Doubt("the gradient's dtype", value.dtype.name, gradient.dtype.name, f"input {place}")
        if subject.smooth and not is_finite(gradient) and _is_smooth(subject):
            yield Doubt("a gradient that is not finite", "finite numbers", f"{gradient.ravel()[:6]}", f"input {place}")


def _is_smooth(subject: Subject) -> bool:
    return not isinstance(subject.outputs, Raised) and all(map(is_finite, subject.outputs))
