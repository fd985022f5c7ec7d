"""Faults of TensorFlow that are known: a run names them, and notices when one is gone.

Each stands in docs/trophies.md under its trophy's name, with a script that needs only TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from gradcheck.backend import OLDEST, tensorflow_version
from gradcheck.examine.finding import Examined, Finding

_NEVER = (99, 0)


@dataclass(frozen=True)
class Known:
    """A fault and where an examination meets it.

    Attributes:
        trophy: Its name in docs/trophies.md.
        where: Patterns of findings' labels, such as ``"sqrt/*complex*/xla"``.
        what: Pattern of what disagrees.
        since, before: The versions of TensorFlow that have it.
        always: Whether each of the places shows it whenever it is judged; otherwise the fault may hide, at a
            point or on a processor, and is not missed when it does.
    """

    trophy: str
    where: tuple[str, ...]
    what: str = "*"
    since: tuple[int, int] = OLDEST
    before: tuple[int, int] = _NEVER
    always: bool = True

    def holds(self, version: tuple[int, int] | None = None) -> bool:
        """Whether a version of TensorFlow has it; the installed one if not given."""
        return self.since <= (version or installed()) < self.before

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is this fault."""
        named = any(fnmatchcase(finding.label, pattern) for pattern in self.where)
        return self.holds() and named and fnmatchcase(finding.doubt.what, self.what)


KNOWN: tuple[Known, ...] = (Known("xla-complex-sqrt", ("sqrt/complex*/xla", "sqrt/*/complex*/xla")),)


@cache
def installed() -> tuple[int, int]:
    """Return the installed TensorFlow's version, as far as it matters."""
    major, minor, *_ = tensorflow_version().split(".")
    return int(major), int(minor)


def find_known(finding: Finding, known: Sequence[Known] = KNOWN) -> Known | None:
    """Return the known fault that a finding is, ``None`` if it is new."""
    return next((fault for fault in known if fault.covers(finding)), None)


def find_gone(examined: Iterable[Examined], known: Sequence[Known] = KNOWN) -> list[Known]:
    """Return the known faults that this version should show, whose places were judged, and that did not show."""
    seen = list(examined)
    findings = [finding for one in seen for finding in one.findings]
    judged = [label for one in seen for label in one.judged]
    return [
        fault
        for fault in known
        if fault.always
        and fault.holds()
        and any(fnmatchcase(label, pattern) for label in judged for pattern in fault.where)
        and not any(fault.covers(finding) for finding in findings)
    ]
