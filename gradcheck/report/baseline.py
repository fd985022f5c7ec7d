"""Reports of a comparison of baselines: for a terminal, as JSON, as markdown for a pull request, and as JUnit XML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcheck.baseline.case import Answer, Sort
from gradcheck.baseline.compare import Change, Comparison, Kind, Verdict
from gradcheck.gradient import Unconnected
from gradcheck.raised import Raised
from gradcheck.report.baseline_entries import find_entries

if TYPE_CHECKING:
    from junitparser import TestSuite
    from rich.console import Console

TAGS = ("engine", "layer", "loss", "optimizer", "dtype", "wiring")
_WORST = 10
_SHOWN = 6  # entries of an array
_SENTENCES = {
    Verdict.SAFE: "safe: nothing changed that matters",
    Verdict.REVIEW: "review: only rounding differs, within its bound",
    Verdict.UNSAFE: "unsafe: some gradients are not what they were",
}


def sentence(comparison: Comparison) -> str:
    """Return the verdict in words."""
    if comparison.verdict is Verdict.REVIEW and comparison.counts[Kind.NOISE]:
        return "review: only rounding differs, or what is not deterministic"
    return _SENTENCES[comparison.verdict]


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the environments, the counts, the worst changes and the verdict."""
    from rich.table import Table

    for line in environment_lines(comparison):
        console.print(line, markup=False)
    for tag in TAGS:
        rows = comparison.count_by(tag)
        differ = {value: counts for value, counts in rows.items() if set(counts) != {Kind.IDENTICAL}}
        if not differ:
            continue
        table = Table(tag, *(kind.value for kind in kinds_of(comparison)), header_style="bold")
        for value, counts in differ.items():
            table.add_row(value, *(f"{counts[kind]:,}" if counts[kind] else "" for kind in kinds_of(comparison)))
        if len(differ) < len(rows):
            table.add_row(f"{len(rows) - len(differ)} more", "all")
        console.print(table)
    for change, more in comparison.worst_by_problem(_WORST):
        console.print("\n".join(describe_change(change, more)), markup=False)
    for line in comparison.stale:
        console.print(f"stale: {line}: it is as it was, so remove the line", markup=False)
    console.print(summary(comparison), markup=False)
    console.print(sentence(comparison), markup=False, style="bold")


def environment_lines(comparison: Comparison) -> list[str]:
    """Return what both environments share in one line, and each difference in a line of its own."""
    before, after = comparison.before, comparison.after
    names = list(dict.fromkeys([*before, *after]))
    differ = [name for name in names if before.get(name) != after.get(name)]
    lines = [f"{name:12} {before.get(name, 'not set')} -> {after.get(name, 'not set')}" for name in differ]
    return lines or [f"both recordings were made with TensorFlow {before.get('tensorflow')} in one environment"]


def kinds_of(comparison: Comparison) -> list[Kind]:
    """Return the kinds that occur, in their order."""
    return [kind for kind in Kind if comparison.counts[kind]]


def summary(comparison: Comparison) -> str:
    """Return the counts in one line."""
    counts = [f"{comparison.counts[kind]:,} {kind.value}" for kind in kinds_of(comparison)]
    accepted = sum(1 for change in comparison.changes if change.accepted)
    return ", ".join([*counts, *([f"{accepted:,} of them accepted"] if accepted else [])])


def describe_change(change: Change, more: int = 0) -> list[str]:
    """Return a change as lines, and how many more of its kind its problem has."""
    far = f", {change.units:,.4g} ULP where {change.allowed:,.4g} are allowed" if change.units else ""
    accepted = [f"  accepted  {change.accepted}"] if change.accepted else []
    entries, _ = find_entries(change.before, change.after, most=1)
    place = [f"  farthest  {entry.place} {entry.before} -> {entry.after}" for entry in entries if entry.place != "[]"]
    others = [f"  and       {more:,} more in {change.case.problem}"] if more else []
    return [
        f"{change.kind.value}: {change.label}{far}",
        f"  before    {describe_answer(change.before)}",
        f"  after     {describe_answer(change.after)}",
        *place,
        *accepted,
        *others,
    ]


def describe_answer(answer: Answer) -> str:
    """Return an answer in one line: of an array the first entries."""
    if isinstance(answer, Unconnected):
        return "None"
    if isinstance(answer, (str, Raised)):
        return str(answer)
    flat = np.asarray(answer).ravel()
    shown = ", ".join(f"{value:.9g}" if np.isreal(value) else str(value) for value in flat[:_SHOWN].tolist())
    return f"{answer.dtype.name}{list(answer.shape)} {shown}{', …' if flat.size > _SHOWN else ''}"


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON values: every answer that is not identical, and the counts of all."""
    return {
        "verdict": comparison.verdict.value,
        "sentence": sentence(comparison),
        "exit_code": comparison.exit_code,
        "before": dict(comparison.before),
        "after": dict(comparison.after),
        "counts": _counts(comparison.counts),
        "by": {tag: {v: _counts(c) for v, c in comparison.count_by(tag).items()} for tag in TAGS},
        "changes": [_change_json(change) for change in comparison.worst(len(comparison.changes))],
        "stale": list(comparison.stale),
    }


def _counts(counts: Counter[Kind]) -> dict[str, int]:
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}


def _change_json(change: Change) -> dict[str, Any]:
    finite = np.isfinite(change.units)
    return {
        "case": change.case.name,
        "part": change.part,
        "kind": change.kind.value,
        "tags": dict(change.case.tags),
        "units": change.units if finite else "infinite",
        "allowed": change.allowed,
        "before": describe_answer(change.before),
        "after": describe_answer(change.after),
        "accepted": change.accepted,
    }


def comparison_markdown(comparison: Comparison) -> str:
    """Return a comparison as a comment for a pull request."""
    return "\n".join(_markdown(comparison)) + "\n"


def _markdown(comparison: Comparison) -> Iterator[str]:
    before, after = (environment.get("tensorflow", "?") for environment in (comparison.before, comparison.after))
    yield f"### Gradients, TensorFlow {before} → {after}: {sentence(comparison)}"
    yield ""
    yield f"{summary(comparison)}."
    kinds = kinds_of(comparison)
    yield from _table(["engine", *(kind.value for kind in kinds)], comparison.count_by("engine"), kinds)
    for change, more in comparison.worst_by_problem(_WORST):
        if not change.kind.changed:
            continue
        first, *lines = describe_change(change, more)
        yield from ("", f"**{first}**", "```", *lines, "```")


def _table(head: list[str], rows: Mapping[str, Counter[Kind]], kinds: list[Kind]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for value, counts in rows.items():
        yield f"| {value} | {' | '.join(f'{counts[kind]:,}' for kind in kinds)} |"


def comparison_junit(comparison: Comparison) -> str:
    """Return a comparison as JUnit XML: a suite for each sort of case, a test for each case."""
    from junitparser import JUnitXml

    from gradcheck.report.junit import finish

    xml = JUnitXml("gradcheck baseline")
    for suite in comparison_suites(comparison):
        xml.add_testsuite(suite)
    return finish(xml)


def comparison_suites(comparison: Comparison) -> list[TestSuite]:
    """Return the suites of a comparison."""
    from junitparser import Failure, TestCase, TestSuite

    by_case: dict[str, list[Change]] = {}
    for change in comparison.changes:
        by_case.setdefault(change.case.name, []).append(change)
    suites = {sort: TestSuite(sort.value) for sort in Sort}
    for name, changes in by_case.items():
        case = TestCase(name, changes[0].case.problem)
        left = [change for change in changes if change.kind.changed and not change.accepted]
        if left:
            failure = Failure(f"{left[0].kind.value} in {', '.join(change.part for change in left)}")
            failure.text = "\n".join(line for change in left for line in describe_change(change))
            case.result = [failure]
        suites[changes[0].case.sort].add_testcase(case)
    return list(suites.values())
