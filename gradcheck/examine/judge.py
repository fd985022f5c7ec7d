"""Judging one operation: every oracle on every subject, and whether a doubt is a fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import numpy as np

from gradcheck.examine._tensorflow import forget_products, watching
from gradcheck.examine.finding import Examined, Finding, listed
from gradcheck.examine.known import find_known
from gradcheck.examine.plan import Choice, judges, subjects
from gradcheck.examine.shrink import shrink
from gradcheck.gradient import Array
from gradcheck.op import Op
from gradcheck.oracles import Doubt, Oracle, Unjudged
from gradcheck.oracles.subject import Subject
from gradcheck.raised import Raised

_NEARBY = 3
_FAR = 2.0**-6  # relative: a tie breaks, a kink is left, and a fault stays
_TOO_LONG = 300


def examine(op: Op, choice: Choice) -> Examined:
    """Judge an operation at its points; what an oracle itself raises is a gap, not a fault."""
    started = time.perf_counter()
    findings: list[Finding] = []
    gaps: dict[str, str] = {}
    judged: list[str] = []
    forget_products()
    with watching() as executed:
        for subject in subjects(op, choice):
            if isinstance(subject.outputs, Raised):
                gaps[subject.label] = str(subject.outputs)
                continue
            for oracle in judges(subject, choice):
                reason = oracle.why_not(subject)
                if reason is not None:
                    gaps[f"{subject.label}/{oracle.name}"] = reason
                    continue
                judged.append(f"{subject.label}/{oracle.name}")
                try:
                    findings += _surviving(subject, oracle)
                except Unjudged as reason:
                    judged.pop()
                    gaps[f"{subject.label}/{oracle.name}"] = str(reason)[:_TOO_LONG]
                except Exception as error:
                    gaps[f"{subject.label}/{oracle.name}"] = f"{type(error).__name__}: {error}"[:_TOO_LONG]
    return Examined(op.name, tuple(findings), tuple(judged), gaps, frozenset(executed), time.perf_counter() - started)


def _surviving(subject: Subject, oracle: Oracle) -> Iterator[Finding]:
    """Yield what an oracle doubts here and nearby: a hidden tie or a lost digit does not survive a small move."""
    for doubt in oracle.judge(subject):
        if _has_no_kernel(doubt) or any(doubt.what.startswith(way) for way in subject.op.limits):
            continue
        finding = _finding(subject, oracle, doubt)
        if find_known(finding):
            yield finding  # what is known was looked at by hand
        elif all(_recurs(near, oracle=oracle, doubt=doubt) for near in _around(subject)):
            small = shrink(subject, partial(_recurs, oracle=oracle, doubt=doubt))
            there = (other for other in oracle.judge(small) if other.what == doubt.what)
            yield _finding(small, oracle, next(there, doubt))


def _finding(subject: Subject, oracle: Oracle, doubt: Doubt) -> Finding:
    edge = subject.edge.name if subject.edge else ""
    values = tuple(map(listed, subject.values))
    return Finding(subject.op.name, edge, subject.dtype, oracle.name, doubt, subject.seed, values)


def _around(subject: Subject) -> Iterator[Subject]:
    """Yield points nearby: exact zeros stay, so that an edge stays an edge."""
    for index in range(_NEARBY):
        stream = np.random.Generator(np.random.Philox(key=[subject.seed, index]))
        moved: list[Array] = []
        for place, value in enumerate(subject.values):
            size = np.abs(value.astype(np.complex128)) if subject.smooth else 0.0
            move = subject.keep(place, _FAR * size * stream.uniform(-1, 1, value.shape))
            plain = value.astype(np.complex128 if np.iscomplexobj(value) else np.float64)
            moved.append(plain + np.where(value == 0, 0, move))
        yield subject.at(moved)


def _recurs(near: Subject, *, oracle: Oracle, doubt: Doubt) -> bool:
    if isinstance(near.outputs, Raised):
        return False
    try:
        return any(other.what == doubt.what for other in oracle.judge(near))
    except Unjudged:
        return False


def _has_no_kernel(doubt: Doubt) -> bool:
    """Whether XLA, pfor or the processor has no kernel for an operation: a gap, not a fault of a gradient."""
    if any(sign in told for sign in _NOT_ON_CPU for told in (doubt.expected, doubt.found)):
        return True
    signs = _NOT_COMPILED if "XLA" in doubt.what else _NOT_VECTORISED if "pfor" in doubt.what else ()
    return any(sign in doubt.found for sign in signs)


# oneDNN has these kernels, where TensorFlow uses it.
_NOT_ON_CPU = ("CPU implementations do not yet support", "are not supported on CPU")
_NOT_VECTORISED = ("No pfor vectorization defined",)
_NOT_COMPILED = (
    "Detected unsupported operations",
    "No registered",
    "not compilable",
    "is not supported by XLA",
    "must be a compile-time constant",
    "compile time constant",
    "requires a fixed tensor list size",
    "UnimplementedError",
    "Unimplemented",
)
