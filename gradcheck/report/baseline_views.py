"""What the page of a comparison shows: the summary, the heat map, environments, counts and the table of changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from gradcheck.baseline.compare import Change, Comparison, Kind, Verdict
from gradcheck.report.baseline import TAGS, describe_answer, kinds_of, sentence
from gradcheck.report.baseline_entries import find_entries
from gradcheck.report.baseline_words import (
    MARKS,
    VERDICT_MARKS,
    count_units,
    listed,
    severity,
    shortened,
    style,
    units_of,
)

_MOST_ROWS = 20_000  # of changes: a browser sorts them at once, and whoever needs more reads the JSON
_SHORT = 90
_ABSENT = "not set"


@dataclass(frozen=True)
class Outcome:
    """What one later version comes to.

    Attributes:
        counts: Of each kind that occurs: its style, mark, name and number of answers.
        accepted: How many changes were expected.
    """

    version: str
    verdict: Verdict
    mark: str
    sentence: str
    counts: Sequence[tuple[str, str, str, int]]
    accepted: int
    where: Sequence[str]
    stale: Sequence[str]


@dataclass(frozen=True)
class Square:
    """A cell of the heat map."""

    style: str
    mark: str
    word: str
    note: str


@dataclass(frozen=True)
class HeatRow:
    """A problem in every version."""

    problem: str
    squares: Sequence[Square]

    @property
    def calm(self) -> bool:
        """Whether every version has the same bits."""
        return all(square.style == style(Kind.IDENTICAL) for square in self.squares)


@dataclass(frozen=True)
class Row:
    """A row of the table of changes."""

    version: str
    style: str
    mark: str
    kind: str
    severity: int
    case: str
    part: str
    engine: str
    dtype: str
    units: str
    sort_units: float
    allowed: str
    sort_allowed: float
    before: str
    after: str
    accepted: str


def outcome(comparison: Comparison, version: str) -> Outcome:
    """Return a version's verdict in words."""
    found = comparison.verdict
    left = [change for change in comparison.changes if change.kind.changed and not change.accepted]
    numbers = [(style(kind), MARKS[kind], kind.value, comparison.counts[kind]) for kind in kinds_of(comparison)]
    accepted = sum(1 for change in comparison.changes if change.accepted)
    return Outcome(
        version, found, VERDICT_MARKS[found], sentence(comparison), numbers, accepted, _where(left), comparison.stale
    )


def _where(changes: Sequence[Change]) -> list[str]:
    """Say in which problems and on which engines changes are, those with the most first."""
    lines = []
    for word, names in (
        ("problems", [change.case.problem for change in changes]),
        ("engines", [change.case.tags.get("engine", "") for change in changes]),
    ):
        found = [f"{name} ({count:,})" for name, count in Counter(filter(None, names)).most_common()]
        lines += [f"{word}: {listed(found)}"] if found else []
    return lines


def heat_map(comparisons: Sequence[Comparison]) -> list[HeatRow]:
    """Return a row for each problem, the worst first."""
    tables: list[dict[str, list[Change]]] = [{} for _ in comparisons]
    for table, comparison in zip(tables, comparisons, strict=True):
        for change in comparison.changes:
            table.setdefault(change.case.problem, []).append(change)
    problems = dict.fromkeys(name for table in tables for name in table)
    worst = {
        name: max((_weight(change) for table in tables for change in table.get(name, ())), default=(False, 0))
        for name in problems
    }
    ordered = sorted(problems, key=lambda name: worst[name], reverse=True)
    return [HeatRow(name, [_square(table.get(name, [])) for table in tables]) for name in ordered]


def _weight(change: Change) -> tuple[bool, int]:
    return change.kind.changed and not change.accepted, severity(change.kind)


def _square(changes: Sequence[Change]) -> Square:
    if not changes:
        return Square("missing", "–", "not compared", "")
    worst = max(changes, key=_weight)
    same = [change for change in changes if change.kind is worst.kind]
    share = f"all {len(changes):,}" if len(same) == len(changes) else f"{len(same):,} of {len(changes):,}"
    far = max((change.units for change in same), default=0.0)
    notes = [share, *([f"up to {count_units(far)} ULP"] if 0 < far < float("inf") else [])]
    others = {change.kind for change in changes} - {worst.kind, Kind.IDENTICAL}
    notes += [f"also {', '.join(kind.value for kind in sorted(others, key=severity, reverse=True))}"] if others else []
    if worst.kind.changed and worst.accepted:
        return Square("accepted", "✓", "accepted", f"{worst.kind.value}, {'; '.join(notes)}")
    return Square(style(worst.kind), MARKS[worst.kind], worst.kind.value, "; ".join(notes))


def environments(comparisons: Sequence[Comparison]) -> list[tuple[str, bool, list[str]]]:
    """Return each name, whether its values differ, and its value before and in each later version."""
    sides = [comparisons[0].before, *(comparison.after for comparison in comparisons)]
    names = dict.fromkeys(name for side in sides for name in side)
    rows = [(name, [side.get(name, _ABSENT) for side in sides]) for name in names]
    told = [(name, len(set(values)) > 1, values) for name, values in rows]
    return sorted(told, key=lambda row: not row[1])


def counts(comparison: Comparison) -> list[tuple[str, list[Kind], list[tuple[str, list[int]]]]]:
    """Return a table for each tag that has values: its kinds, and for each value a number of each kind."""
    kinds = kinds_of(comparison)
    tables = [(tag, comparison.count_by(tag)) for tag in TAGS]
    return [
        (tag, kinds, [(value, [found[kind] for kind in kinds]) for value, found in table.items()])
        for tag, table in tables
        if table
    ]


def change_rows(comparisons: Sequence[Comparison], versions: Sequence[str]) -> tuple[list[Row], int]:
    """Return the rows of the table, the worst first, and how many changes there are in all."""
    pairs = [
        (change, version)
        for comparison, version in zip(comparisons, versions, strict=True)
        for change in comparison.changes
        if change.kind is not Kind.IDENTICAL
    ]
    pairs.sort(key=lambda pair: (bool(pair[0].accepted), pair[0].order))
    return [_row(change, version) for change, version in islice(pairs, _MOST_ROWS)], len(pairs)


def _row(change: Change, version: str) -> Row:
    tags = change.case.tags
    before, after = _sides(change)
    return Row(
        version, style(change.kind), MARKS[change.kind], change.kind.value, severity(change.kind), change.case.name,
        change.part, tags.get("engine", ""), tags.get("dtype", ""), units_of(change), change.units,
        count_units(change.allowed) if change.units else "", change.allowed if change.units else 0.0,
        before, after, change.accepted,
    )  # fmt: skip


def _sides(change: Change) -> tuple[str, str]:
    """Return both answers in few words: of arrays of one shape, the entry that differs most."""
    entries, _ = find_entries(change.before, change.after, 1)
    if entries:
        return f"{entries[0].place} {entries[0].before}", f"{entries[0].place} {entries[0].after}"
    return shortened(describe_answer(change.before), _SHORT), shortened(describe_answer(change.after), _SHORT)
