"""What a team has accepted: lines of ``skip`` and ``xfail``, each with a reason and the versions it is meant for.

    skip   "graph-0*/numeric/*"     "tensorflow>=2.16,<2.22"   "differences are too coarse for us"
    xfail  "losses/xla/total/*"     "tensorflow>=2.18"         "https://github.com/tensorflow/tensorflow/issues/1"

What is skipped is not judged; what is expected to fail must fail, so that a line is removed when its reason is gone.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from gradcheck.baseline.compare import Change, Comparison
from gradcheck.errors import UsageError
from gradcheck.files import read_text

_ACTIONS = ("skip", "xfail")


@dataclass(frozen=True)
class Expectation:
    """One line.

    Attributes:
        action: ``"skip"`` or ``"xfail"``.
        pattern: Of the labels of changes: case and part, with ``*`` and ``?``.
        versions: Of TensorFlow, as pip writes them.
        reason: For a person.
    """

    action: str
    pattern: str
    versions: Requirement
    reason: str

    def meets(self, change: Change) -> bool:
        """Whether the line is about a change."""
        return fnmatchcase(change.label, self.pattern)

    def __str__(self) -> str:
        return f"{self.action} {self.pattern}: {self.reason}"


def load_expectations(path: Path) -> list[Expectation]:
    """Read a file of expectations.

    Raises:
        UsageError: It cannot be read, or a line is none.
    """
    found = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            words = shlex.split(line, comments=True)
            if words:
                found.append(_parse(words))
        except (ValueError, InvalidRequirement) as error:
            raise UsageError(
                f'{path}:{number}: a line must be skip or xfail, a pattern, versions such as "tensorflow>=2.18" and a '
                f"reason, in quotes where they hold spaces; found {line.strip()!r} ({error})"
            ) from error
    return found


def apply(comparison: Comparison, expectations: Sequence[Expectation]) -> Comparison:
    """Return a comparison in which what was expected is accepted, and lines that nothing meets are stale."""
    version = comparison.after.get("tensorflow", "0")
    active = [line for line in expectations if line.versions.specifier.contains(version, prereleases=True)]
    changes = [_accepted(change, active) for change in comparison.changes]
    changed = [change for change in comparison.changes if change.kind.changed]
    stale = [
        str(line)
        for line in active
        if line.action == "xfail" and any(map(line.meets, comparison.changes)) and not any(map(line.meets, changed))
    ]
    return replace(comparison, changes=changes, stale=stale)


def _accepted(change: Change, expectations: Sequence[Expectation]) -> Change:
    reason = next((str(line) for line in expectations if line.meets(change)), "")
    return replace(change, accepted=reason) if reason and change.kind.changed else change


def _parse(words: Sequence[str]) -> Expectation:
    if len(words) != 4:
        raise ValueError(f"these are {len(words)} words")
    action, pattern, versions, reason = words
    if action not in _ACTIONS:
        raise ValueError(f"no such action: {action}")
    required = Requirement(versions)
    if required.name.lower() != "tensorflow":
        raise ValueError(f"versions are of tensorflow, not of {required.name}")
    if not reason.strip():
        raise ValueError("the reason is empty")
    return Expectation(action, pattern, required, reason)
