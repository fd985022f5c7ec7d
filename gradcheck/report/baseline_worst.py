"""The changes that a reader of the page sees in full: both values, and how to compute them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.baseline.compare import Change, Comparison
from gradcheck.report.baseline import describe_answer
from gradcheck.report.baseline_entries import Entry, find_entries
from gradcheck.report.baseline_words import MARKS, count_units, severity, shortened, style, units_of
from gradcheck.report.reproduce import Problems, commands, find_script

_LONGEST = 2000


@dataclass(frozen=True)
class Worst:
    """A change in full.

    Attributes:
        others: How many more of its kind the problem has in this version.
        entries: Of arrays of one shape, those that differ most.
        differing: How many entries differ, of how many.
    """

    version: str
    style: str
    mark: str
    kind: str
    case: str
    part: str
    problem: str
    tags: Sequence[tuple[str, str]]
    units: str
    allowed: str
    before: str
    after: str
    accepted: str
    others: int
    entries: Sequence[Entry]
    differing: str
    script: str | None
    commands: Sequence[str]


def find_worst(
    comparisons: Sequence[Comparison], versions: Sequence[str], problems: Problems, file: str, count: int = 10
) -> list[Worst]:
    """Return the worst change of each kind and then of each problem: not ten times the same."""
    found = [
        (version, comparison, change, more)
        for comparison, version in zip(comparisons, versions, strict=True)
        for change, more in comparison.worst_by_problem(len(comparison.changes))
    ]
    found.sort(key=lambda one: _rank(one[2]))
    first = {one[2].kind: one for one in reversed(found) if one[2].kind.changed}
    chosen = sorted(found, key=lambda one: first.get(one[2].kind) is not one)[:count]
    chosen.sort(key=lambda one: _rank(one[2]))
    return [_worst(change, comparison, version, more, problems, file) for version, comparison, change, more in chosen]


def _rank(change: Change) -> tuple[bool, int, tuple[bool, float, str]]:
    return bool(change.accepted), -severity(change.kind), change.order


def _worst(change: Change, comparison: Comparison, version: str, others: int, problems: Problems, file: str) -> Worst:
    before = comparison.before.get("tensorflow", "unknown")
    target = problems.get(change.case.problem, {}).get("kind") == "target"
    entries, differing = find_entries(change.before, change.after)
    return Worst(
        version, style(change.kind), MARKS[change.kind], change.kind.value, change.case.name, change.part,
        change.case.problem, [(name, value) for name, value in change.case.tags.items() if value], units_of(change),
        count_units(change.allowed) if change.units else "", shortened(describe_answer(change.before), _LONGEST),
        shortened(describe_answer(change.after), _LONGEST), change.accepted, others, entries, differing,
        find_script(change, problems, before, version), commands(change, file, before, version, target=target),
    )  # fmt: skip
