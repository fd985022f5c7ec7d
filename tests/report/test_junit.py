"""What a CI server reads: one test case a law and engine, with the outcome in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from gradcheck.experiment import Claim
from gradcheck.report.junit import to_junit
from gradcheck.results import Cell, Report, Violation
from gradcheck.witness import Witness


def case(cell: Cell, **fields: Any) -> ElementTree.Element:
    """Return the test case of the only cell, or of the last claim."""
    root = suite(cell, **fields)
    return root.findall("testcase")[-1]


def suite(cell: Cell, **fields: Any) -> ElementTree.Element:
    report = Report({("addition", "eager"): cell}, {"tensorflow": "2.21.0"}, **fields)
    found = ElementTree.fromstring(to_junit(report)).find("testsuite")
    assert found is not None
    return found


def outcome(found: ElementTree.Element) -> list[str]:
    return [child.tag for child in found if child.tag != "system-out"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell(tested=3), []),
        (Cell(structural=3), []),
        (Cell(tested=3, broken=1), ["failure"]),
        (Cell(tested=3, errors=["failed"]), ["error"]),
        (Cell(reasons=Counter({"head 2 reads head 1": 1})), ["skipped"]),
        (Cell(), ["skipped"]),
    ],
)
def test_each_verdict_is_the_outcome_it_should_be(cell: Cell, expected: list[str]) -> None:
    found = case(cell)
    assert (found.get("name"), found.get("classname")) == ("addition", "gradcheck.eager")
    assert outcome(found) == expected


def test_a_failure_carries_the_text_that_a_person_reads(make_witness: Callable[..., Witness]) -> None:
    mine, other = make_witness(), make_witness(engine="xla")
    failure = case(Cell(broken=2), violations=[Violation(other), Violation(mine)]).find("failure")
    assert failure is not None
    assert failure.get("message") == "addition broken by engine eager at 2 comparisons"
    assert failure.text == mine.describe()


def test_each_error_is_told_once() -> None:
    error = case(Cell(errors=["one", "two", "one"])).find("error")
    assert error is not None
    assert error.get("message") == "one; two"


def test_reasons_are_told() -> None:
    skipped = case(Cell(reasons=Counter({"head 2 reads head 1": 7}))).find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "head 2 reads head 1"


def test_text_that_no_xml_can_hold_is_left_out() -> None:
    error = case(Cell(errors=["\x1b[31mred\x1b[0m \x00<&> ü"])).find("error")
    assert error is not None
    assert error.get("message") == "[31mred[0m <&> ü"


@pytest.mark.parametrize(("holds", "expected"), [(True, []), (False, ["failure"])])
def test_claims_are_test_cases_too(holds: bool, expected: list[str]) -> None:
    found = case(Cell(tested=1), claims=[Claim(3, "The embedding never changes.", "the same bits", "others", holds)])
    assert found.get("name") == "claim 3: The embedding never changes."
    assert outcome(found) == expected


def test_statistics_are_counted() -> None:
    found = suite(Cell(broken=1), claims=[Claim(1, "it holds", "", "", True)], seconds=1.23456)
    assert {name: found.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "1.235",
    }
