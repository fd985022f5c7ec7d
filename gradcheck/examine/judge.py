"""Judging one operation: every oracle on every subject, and whether a doubt is a fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from gradcheck.errors import told
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
    found = _Found()
    forget_products()
    with watching() as executed:
        for subject in subjects(op, choice):
            if isinstance(subject.outputs, Raised):
                found.gaps[subject.label] = str(subject.outputs)
                continue
            for oracle in judges(subject, choice):
                found.judge(subject, oracle)
    seconds = time.perf_counter() - started
    return Examined(op.name, tuple(found.findings), tuple(found.judged), found.gaps, frozenset(executed), seconds)


@dataclass
class _Found:
    """What is found so far, what was judged, and why the rest was not."""

    findings: list[Finding] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)

    def judge(self, subject: Subject, oracle: Oracle) -> None:
        """Let an oracle judge a subject; what it doubts but cannot judge there is a gap."""
        label = f"{subject.label}/{oracle.name}"
        try:
            reason = oracle.why_not(subject) or self._judge(subject, oracle)
        except Unjudged as error:
            reason = str(error)
        except Exception as error:
            reason = told(error)
        if reason is None:
            self.judged.append(label)
        else:
            self.gaps[label] = reason[:_TOO_LONG]

    def _judge(self, subject: Subject, oracle: Oracle) -> str | None:
        """Keep each doubt that is a fault; return why another is none, ``None`` if every one could be judged."""
        reason = None
        for doubt in oracle.judge(subject):
            if gap := _why_no_fault(subject, doubt):
                reason = gap
            elif finding := _surviving(subject, oracle, doubt):
                self.findings.append(finding)
        return reason


def _surviving(subject: Subject, oracle: Oracle, doubt: Doubt) -> Finding | None:
    """Return what is doubted here and nearby: a hidden tie or a lost digit does not survive a small move."""
    finding = _finding(subject, oracle, doubt)
    if find_known(finding):
        return finding  # what is known was looked at by hand
    if not all(_recurs(near, oracle=oracle, doubt=doubt) for near in _around(subject)):
        return None
    small = shrink(subject, partial(_stays, oracle=oracle, doubt=doubt))
    there = (other for other in oracle.judge(small) if other.what == doubt.what)
    return _finding(small, oracle, next(there, doubt))


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


def _stays(small: Subject, *, oracle: Oracle, doubt: Doubt) -> bool:
    """Whether a doubt recurs at a smaller case, which an operation or an oracle may refuse."""
    try:
        return _recurs(small, oracle=oracle, doubt=doubt)
    except Exception:  # whatever is raised there, the case that was found stays
        return False


def _why_no_fault(subject: Subject, doubt: Doubt) -> str | None:
    """Return why a doubt is a gap: a way that is limited, or a kernel that XLA, pfor or the processor lacks."""
    limits = subject.op.limits
    if limit := next((limits[way] for way in limits if doubt.what.startswith(way)), None):
        return limit
    both = (doubt.expected, doubt.found)
    signs = _NOT_COMPILED if "XLA" in doubt.what else _NOT_VECTORISED if "pfor" in doubt.what else ()
    lacks = any(sign in doubt.found for sign in signs) or any(sign in side for sign in _NOT_ON_CPU for side in both)
    return f"{doubt.what}: {doubt.found}" if lacks else None


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
