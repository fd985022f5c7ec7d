"""What an upgrade comes to: every two versions compared, and where each change came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gradcheck.baseline.compare import Comparison, Kind, Verdict

Pair = tuple[str, str]


@dataclass(frozen=True)
class FirstChange:
    """Where a problem's answers changed first.

    Attributes:
        problem: Its name.
        version: The first version with other answers.
        before: The last version that was recorded before it.
        kinds: How many answers changed in which way.
    """

    problem: str
    version: str
    before: str
    kinds: Mapping[Kind, int]


@dataclass(frozen=True, eq=False)
class Upgrade:
    """Everything that the recordings tell.

    Attributes:
        versions: Those that were asked for, the one to start from in front.
        comparisons: Of every two of them, the earlier in front.
        problems: What was recorded, as JSON values.
        first: Where each problem that changed did so first.
        bisected: Whether releases between the versions were tried.
    """

    versions: Sequence[str]
    comparisons: Mapping[Pair, Comparison]
    problems: Mapping[str, Mapping[str, Any]]
    first: Sequence[FirstChange] = ()
    bisected: bool = False

    @property
    def upgrades(self) -> list[Comparison]:
        """The comparisons with the version to start from, in the order of versions."""
        start, *later = self.versions
        return [self.comparisons[start, version] for version in later]

    @property
    def verdict(self) -> Verdict:
        """The worst of the upgrades."""
        return Verdict.worst(found.verdict for found in self.upgrades)

    @property
    def exit_code(self) -> int:
        """1 if any upgrade is unsafe."""
        return int(self.verdict is Verdict.UNSAFE)


def changed_problems(comparison: Comparison) -> dict[str, Counter[Kind]]:
    """Return the problems with an answer that changed and that nobody has accepted, and in which ways."""
    found: dict[str, Counter[Kind]] = {}
    for change in comparison.changes:
        if change.kind.changed and not change.accepted:
            found.setdefault(change.case.problem, Counter())[change.kind] += 1
    return found


def differing_problems(comparison: Comparison) -> list[str]:
    """Return the problems with an answer that is not the same in bits."""
    return sorted({change.case.problem for change in comparison.changes if change.kind is not Kind.IDENTICAL})


def first_changes(versions: Sequence[str], comparisons: Mapping[Pair, Comparison]) -> list[FirstChange]:
    """Return for each problem the first version in which it is not what it was in the first of all."""
    found: dict[str, FirstChange] = {}
    for before, version in pairwise(versions):
        for problem, kinds in changed_problems(comparisons[versions[0], version]).items():
            found.setdefault(problem, FirstChange(problem, version, before, kinds))
    return [found[problem] for problem in sorted(found)]
