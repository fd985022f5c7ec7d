"""A gradient in a narrow dtype against the same in a wide one, at the same point."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.gradient import Array
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import differ, noise, taken
from gradcheck.oracles._numbers import is_finite
from gradcheck.oracles.subject import Subject
from gradcheck.raised import Raised

_WIDER = {
    "bfloat16": ("float32", "float64"),
    "float16": ("float32", "float64"),
    "float32": ("float64",),
    "complex64": ("complex128",),
}


@oracle("precision", "float16, bfloat16, float32 and complex64 against the next wider dtype", narrow=True)
def judge_precision(subject: Subject) -> Iterator[Doubt]:
    """Take the gradient at the narrow dtype's own values in both."""
    wide = wider(subject)
    if wide is None:
        raise Unjudged("the operation takes no wider dtype")
    narrowly = taken(subject)
    other = subject.at(subject.values, wide)
    other.cotangents = subject.cotangents
    if isinstance(other.eager, Raised):
        raise Unjudged(f"the gradient raises in {wide}: {other.eager}")
    bounds = noise(subject)
    for place, (narrow, exact) in enumerate(zip(narrowly, other.eager, strict=True)):
        what = f"{wide} against {subject.dtype}"
        if (narrow is None) != (exact is None):
            yield Doubt(what, _presence(exact), _presence(narrow), f"input {place}")
        elif narrow is not None and exact is not None and is_finite(exact):
            yield from differ(what, exact, narrow, bounds[place], f"input {place}")


def wider(subject: Subject) -> str | None:
    """Return the next wider dtype of its kind that the operation takes, ``None`` if it takes none."""
    return next((dtype for dtype in _WIDER.get(subject.dtype, ()) if dtype in subject.op.dtypes), None)


def _presence(gradient: Array | None) -> str:
    return "None" if gradient is None else "a gradient"
