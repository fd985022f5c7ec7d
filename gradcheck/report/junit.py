"""What a CI server reads: one test case a law and engine."""

from __future__ import annotations

import re
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from gradcheck.report.terminal import describe_violation
from gradcheck.results import Cell, Report, Verdict

# TensorFlow's messages may carry colours, which no XML file can.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """Return the report as JUnit XML."""
    suite = TestSuite("gradcheck verify")
    for (law, engine), cell in report.cells.items():
        case = TestCase(law, classname=f"gradcheck.{engine}")
        case.result = _results(report, law, engine, cell)
        case.system_out = cell.words
        suite.add_testcase(case)
    for claim in report.claims:
        case = TestCase(f"claim {claim.number}: {claim.sentence}", classname="gradcheck.experiment")
        if not claim.holds:
            case.result = [Failure(f"expected {claim.expected}; found {claim.found}")]
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    _count(xml)
    # Counting adds up the cases' times, which are not measured.
    suite.time = xml.time = round(report.seconds, 3)
    return _to_text(xml)


def finish(xml: JUnitXml) -> str:
    """Return XML, its tests counted, as text that every reader takes."""
    _count(xml)
    return _to_text(xml)


def _count(xml: JUnitXml) -> None:
    xml.update_statistics()  # type: ignore[no-untyped-call]  # the library leaves it untyped


def _to_text(xml: JUnitXml) -> str:
    text = xml.tostring()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return _NOT_XML.sub("", str(text.decode()))


def _results(report: Report, law: str, engine: str, cell: Cell) -> list[Any]:
    match cell.verdict:
        case Verdict.VIOLATED:
            texts = [
                describe_violation(violation)
                for violation in report.violations
                if (violation.witness.law, violation.witness.engine) == (law, engine)
            ]
            failure = Failure(f"{law} broken by engine {engine} at {cell.broken} comparisons")
            failure.text = "\n\n".join(texts)
            return [failure]
        case Verdict.ERROR:
            return [Error("; ".join(dict.fromkeys(cell.errors)))]
        case Verdict.NOT_APPLICABLE:
            return [Skipped("; ".join(cell.reasons) or "not applicable")]
        case _:
            return []
