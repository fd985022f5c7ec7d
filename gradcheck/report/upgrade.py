"""Reports of an upgrade: a table of versions by versions, where changes came in, and each comparison's own report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gradcheck.baseline.compare import Comparison, Kind
from gradcheck.report.baseline import comparison_json, comparison_markdown, comparison_suites, print_comparison
from gradcheck.upgrade.result import FirstChange, Upgrade

if TYPE_CHECKING:
    from rich.console import Console

_NAMED = 12  # problems in a line


def print_upgrade(upgrade: Upgrade, console: Console) -> None:
    """Print the last version's comparison; of several versions, every verdict; and where changes came in."""
    print_comparison(upgrade.upgrades[-1], console)
    if len(upgrade.versions) > 2:
        _print_table(upgrade, console)
    for line in first_lines(upgrade):
        console.print(line, markup=False)


def _print_table(upgrade: Upgrade, console: Console) -> None:
    from rich.table import Table

    table = Table("from", *(f"to {version}" for version in upgrade.versions[1:]), header_style="bold")
    for one in upgrade.versions[:-1]:
        found = [upgrade.comparisons.get((one, other)) for other in upgrade.versions[1:]]
        table.add_row(one, *("" if c is None else f"{c.verdict.value}\n{counted(c)}" for c in found))
    console.print(table)


def counted(comparison: Comparison) -> str:
    """Return how many answers changed, how many differ without being changes, and how many there are."""
    counts = comparison.counts
    changed = sum(count for kind, count in counts.items() if kind.changed)
    differ = sum(counts.values()) - changed - counts[Kind.IDENTICAL]
    return f"{changed:,} changed, {differ:,} rounding, of {sum(counts.values()):,}"


def first_lines(upgrade: Upgrade) -> Iterator[str]:
    """Yield a line for each version in which something changed first; none where one version alone was asked for."""
    if len(upgrade.versions) < 3 and not upgrade.bisected:
        return
    places: dict[tuple[str, str], list[FirstChange]] = {}
    for change in upgrade.first:
        places.setdefault((change.before, change.version), []).append(change)
    for (before, version), changes in places.items():
        names = [change.problem for change in changes]
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        yield f"first changed in {version} (as before in {before}): {', '.join(names[:_NAMED])}{more}"


def upgrade_json(upgrade: Upgrade) -> dict[str, Any]:
    """Return an upgrade as JSON values."""
    return {
        "verdict": upgrade.verdict.value,
        "exit_code": upgrade.exit_code,
        "versions": list(upgrade.versions),
        "table": [
            {
                "from": one,
                "to": other,
                "verdict": found.verdict.value,
                "counts": {kind.value: found.counts[kind] for kind in Kind if found.counts[kind]},
            }
            for (one, other), found in upgrade.comparisons.items()
        ],
        "first_changed": [_first_json(change) for change in upgrade.first],
        "bisected": upgrade.bisected,
        "comparisons": [comparison_json(found) for found in upgrade.upgrades],
    }


def _first_json(change: FirstChange) -> dict[str, Any]:
    kinds = {kind.value: count for kind, count in change.kinds.items()}
    return {"problem": change.problem, "version": change.version, "as_before_in": change.before, "kinds": kinds}


def upgrade_markdown(upgrade: Upgrade) -> str:
    """Return an upgrade as a comment for a pull request."""
    parts = [comparison_markdown(found) for found in upgrade.upgrades]
    if len(upgrade.versions) > 2:
        parts.insert(0, "\n".join(_markdown_table(upgrade)) + "\n")
    found = [f"- {line}" for line in first_lines(upgrade)]
    return "\n".join([*parts, *([*found, ""] if found else [])])


def _markdown_table(upgrade: Upgrade) -> Iterator[str]:
    yield f"| from | {' | '.join(f'to {version}' for version in upgrade.versions[1:])} |"
    yield "| --- " * len(upgrade.versions) + "|"
    for one in upgrade.versions[:-1]:
        found = [upgrade.comparisons.get((one, other)) for other in upgrade.versions[1:]]
        cells = ["" if c is None else f"{c.verdict.value}: {counted(c)}" for c in found]
        yield f"| {one} | {' | '.join(cells)} |"


def upgrade_junit(upgrade: Upgrade) -> str:
    """Return an upgrade as JUnit XML: suites of every later version."""
    from junitparser import JUnitXml

    from gradcheck.report.junit import finish

    whole = JUnitXml("gradcheck upgrade")
    for version, found in zip(upgrade.versions[1:], upgrade.upgrades, strict=True):
        for suite in comparison_suites(found):
            suite.name = f"TensorFlow {version} {suite.name}"
            whole.add_testsuite(suite)
    return finish(whole)
