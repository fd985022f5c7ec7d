"""Reports of an examination: a table and causes for a terminal, JSON, and JUnit XML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradcheck.examine.finding import Finding
from gradcheck.examine.result import Cause, Result, by_family

if TYPE_CHECKING:
    from rich.console import Console

_PLACES = 4


def print_result(result: Result, families: Mapping[str, str], witnesses: Mapping[str, Path], console: Console) -> None:
    """Print a row for each family, then every cause."""
    from rich.table import Table

    table = Table("family", "operations", "judged", "findings", "not judged", header_style="bold")
    for family, rows in by_family(result, families).items():
        judged, findings, gaps = (sum(map(len, column)) for column in zip(*map(_columns, rows), strict=True))
        table.add_row(family, str(len(rows)), f"{judged:,}", f"{findings:,}", f"{gaps:,}")
    console.print(table)
    for cause in result.causes:
        console.print("\n".join(describe_cause(cause, witnesses)), markup=False)
    for fault in result.gone:
        console.print(f"gone   {fault.trophy}: this version should show it at {', '.join(fault.where)}", markup=False)
    for one in result.killed:
        console.print(f"killed {one.op}: {one.killed}", markup=False)
    known = len(result.causes) - len(result.new)
    so_far = "Interrupted; so far " if result.interrupted else ""
    console.print(f"{so_far}{len(result.new)} new, {known} known, {len(result.gone)} gone", markup=False)


def describe_cause(cause: Cause, witnesses: Mapping[str, Path]) -> list[str]:
    """Return a cause as lines: what disagrees, by the first of its findings, and where else."""
    labels = list(dict.fromkeys(finding.label for finding in cause.findings))
    more = f" and {len(labels) - _PLACES} more" if len(labels) > _PLACES else ""
    lines = [f"{'known ' if cause.known else 'new   '} {cause.name}"]
    if cause.known is None:
        lines += describe_finding(cause.findings[0], witnesses[cause.name])
    return [*lines, f"  shows at   {', '.join(labels[:_PLACES])}{more}"]


def describe_finding(finding: Finding, path: Path) -> list[str]:
    """Return what was expected, what was found, where, and how to see it again."""
    return [
        f"  expected   {finding.doubt.expected}",
        f"  found      {finding.doubt.found}",
        f"  where      {finding.label}, {finding.doubt.place}",
        f"  inputs     {', '.join(map(str, finding.values))[:400]}",
        f"  reproduce  gradcheck replay {path}",
    ]


def result_json(result: Result, families: Mapping[str, str], witnesses: Mapping[str, Path]) -> dict[str, Any]:
    """Return a result as JSON values."""
    return {
        "exit_code": result.exit_code,
        "interrupted": result.interrupted,
        "causes": [
            {
                "name": cause.name,
                "known": cause.known is not None,
                "witness": str(witnesses[cause.name]) if cause.name in witnesses else None,
                "findings": [finding.to_json() for finding in cause.findings],
            }
            for cause in result.causes
        ],
        "gone": [fault.trophy for fault in result.gone],
        "operations": {
            one.op: {
                "family": families[one.op],
                "judged": list(one.judged),
                "gaps": dict(one.gaps),
                "seconds": round(one.seconds, 3),
                "killed": one.killed,
                "gradient_functions": sorted(one.executed),
            }
            for one in result.examined
        },
    }


def result_junit(result: Result, families: Mapping[str, str], witnesses: Mapping[str, Path]) -> str:
    """Return a result as JUnit XML: a suite for each family, a case for each operation."""
    from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

    from gradcheck.report.junit import finish

    new: dict[str, dict[str, Cause]] = {}
    for cause in result.new:
        for finding in cause.findings:
            new.setdefault(finding.op, {})[cause.name] = cause
    xml = JUnitXml("gradcheck ops")
    for family, rows in by_family(result, families).items():
        suite = TestSuite(family)
        for one in rows:
            case = TestCase(one.op, family, one.seconds)
            if one.op in new:
                case.result = [Failure("\n".join(describe_cause(cause, witnesses))) for cause in new[one.op].values()]
            elif one.killed:
                case.result = [Error(one.killed)]
            suite.add_testcase(case)
        xml.add_testsuite(suite)
    return finish(xml)


def _columns(one: Any) -> tuple[Any, Any, Any]:
    return one.judged, one.findings, one.gaps
