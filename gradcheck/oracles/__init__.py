"""Oracles: what an operation's gradient is held against, one idea a file.

An oracle takes a `Subject` and yields what it finds; it decides nothing about what was known before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gradcheck.oracles.subject import Subject
from gradcheck.registry import Registry

Judge = Callable[[Subject], Iterator["Doubt"]]


@dataclass(frozen=True)
class Doubt:
    """What an oracle finds wrong, before it is known whether it is a fault.

    Attributes:
        what: Which ways disagree, such as ``"reverse against numeric"``.
        expected: What one of them gives.
        found: What the other gives.
        place: Of which input, and where in it.
        allowed: How far the two may lie apart, where both are numbers.
    """

    what: str
    expected: str
    found: str
    place: str
    allowed: float | None = None


class Unjudged(Exception):
    """An oracle cannot judge a subject, for a reason that is no fault of a gradient."""


@dataclass(frozen=True)
class Oracle:
    """A way to judge gradients.

    Attributes:
        name: How it is asked for.
        about: One line for a list.
        judge: Yields doubts.
        smooth: Whether it needs a point that has a derivative.
        dtypes: The kinds of dtype that it judges: ``"half"``, ``"real"``, ``"complex"``.
        narrow: Whether it judges narrow dtypes by wider ones, so that where it is named all dtypes are taken.
        turns: It judges one operation in this many, others for another seed, as it compiles or traces much.
    """

    name: str
    about: str
    judge: Judge
    smooth: bool = False
    dtypes: tuple[str, ...] = ("half", "real", "complex")
    narrow: bool = False
    turns: int = 1

    def why_not(self, subject: Subject) -> str | None:
        """Return why the oracle does not apply, ``None`` if it does."""
        for limited, reason in subject.op.limits.items():
            if self.name == limited or self.name.startswith(f"{limited}_"):
                return reason
        if self.smooth and not subject.smooth:
            return "there is no derivative at this edge"
        if subject.kind not in self.dtypes:
            return f"it does not judge {subject.dtype}"
        return None


oracles: Registry[Oracle] = Registry("oracle", "gradcheck.oracles")


def oracle(name: str, about: str, **options: Any) -> Callable[[Judge], Judge]:
    """Register a function of a `Subject` as an oracle; see `Oracle` for the options."""

    def register(judge: Judge) -> Judge:
        oracles.add(Oracle(name, about, judge, **options))
        return judge

    return register
