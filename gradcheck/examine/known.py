"""Faults of TensorFlow that are known: a run names them, and notices when one is gone.

Each stands in docs/trophies.md under its trophy's name, with a script that needs only TensorFlow. The table itself is
in `gradcheck.examine.faults`, a file for each group of families.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from gradcheck.backend import OLDEST, tensorflow_version
from gradcheck.environment import onednn_kernels
from gradcheck.examine.finding import Examined, Finding

_NEVER = (99, 0)


@dataclass(frozen=True)
class Known:
    """A fault and where an examination meets it.

    Attributes:
        trophy: Its name in docs/trophies.md.
        where: Patterns of findings' labels, such as ``"sqrt/*complex*/xla"``; none if no operation of the catalogue
            meets it.
        what: Pattern of what disagrees.
        expected, found: Patterns of what one way gives and of what the other does.
        since, before: The versions of TensorFlow that have it.
        onednn: The dtype of those of oneDNN's kernels that have it; empty if it is not theirs.
        issue: Address of an issue of TensorFlow's that reports it, empty if none is known.
        surely: Patterns of labels that show it whenever they are judged, so that it is missed when they do not;
            ``where`` if not given. None where the fault may hide, at a point or on a processor.
    """

    trophy: str
    where: tuple[str, ...] = ()
    what: str = "*"
    expected: str = "*"
    found: str = "*"
    since: tuple[int, int] = OLDEST
    before: tuple[int, int] = _NEVER
    onednn: str = ""
    issue: str = ""
    surely: tuple[str, ...] | None = None

    @property
    def sure_places(self) -> tuple[str, ...]:
        """Where it must show."""
        return self.where if self.surely is None else self.surely

    def holds(self, version: tuple[int, int] | None = None) -> bool:
        """Whether a version of TensorFlow has it; if not given, whether the installed one does on this processor."""
        if version is None and self.onednn and self.onednn not in onednn_kernels():
            return False
        return self.since <= (version or installed()) < self.before

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is this fault."""
        named = any(fnmatchcase(finding.label, pattern) for pattern in self.where)
        doubt = finding.doubt
        told = ((doubt.what, self.what), (doubt.expected, self.expected), (doubt.found, self.found))
        return self.holds() and named and all(fnmatchcase(text, pattern) for text, pattern in told)


@cache
def installed() -> tuple[int, int]:
    """Return the installed TensorFlow's version, as far as it matters."""
    major, minor, *_ = tensorflow_version().split(".")
    return int(major), int(minor)


@cache
def known_faults() -> tuple[Known, ...]:
    """Return every known fault; the files of `gradcheck.examine.faults` hold them."""
    from gradcheck.examine import faults

    modules = sorted(pkgutil.iter_modules(faults.__path__), key=lambda module: module.name)
    files = [importlib.import_module(f"{faults.__name__}.{module.name}") for module in modules]
    return tuple(fault for file in files for fault in file.FAULTS)


def find_known(finding: Finding, known: Sequence[Known] | None = None) -> Known | None:
    """Return the known fault that a finding is, ``None`` if it is new."""
    known = known_faults() if known is None else known
    return next((fault for fault in known if fault.covers(finding)), None)


def find_gone(examined: Iterable[Examined], known: Sequence[Known] | None = None) -> list[Known]:
    """Return the known faults that this version should show, whose places were judged, and that did not show."""
    known = known_faults() if known is None else known
    seen = list(examined)
    findings = [finding for one in seen for finding in one.findings]
    judged = [label for one in seen for label in one.judged]
    return [
        fault
        for fault in known
        if fault.holds()
        and any(fnmatchcase(label, pattern) for label in judged for pattern in fault.sure_places)
        and not any(fault.covers(finding) for finding in findings)
    ]
