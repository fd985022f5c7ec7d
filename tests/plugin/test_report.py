"""``--gradcheck-report`` writes what was found as Markdown, JSON or JUnit XML, and is refused before the tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

import gradcheck
from gradcheck.report.session import Broken, Recorded, Session, to_junit, to_markdown

Run = Callable[..., pytest.RunResult]
TOP = Path(gradcheck.__file__).parent
TESTS = """
import tensorflow as tf
from gradcheck import LawBroken
from model import losses

def test_flow(gradcheck_flow):
    gradcheck_flow(losses, tf.TensorSpec([None]))

def test_broken():
    raise LawBroken("a claim\\n  found      another")

def test_other():
    pass
"""


@pytest.fixture
def reported(pytester: pytest.Pytester, run: Run, model: str) -> Path:
    """Run three tests and ask for every report."""
    pytester.makepyfile(test_it=TESTS)
    result = run(*(f"--gradcheck-report=deep/report{suffix}" for suffix in (".md", ".json", ".xml")))
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([f"report written to deep/report{suffix}" for suffix in (".md", ".json", ".xml")])
    return pytester.path / "deep"


def schema(path: str) -> Any:
    return json.loads((TOP / path).read_text(encoding="utf-8"))


def test_every_form_of_report_tells_the_same(reported: Path) -> None:
    assert (reported / "report.md").read_text(encoding="utf-8") == (
        "# gradcheck\n\n1 claim broken, 1 flow recorded.\n\n"
        "## Broken claims\n\n### `test_it.py::test_broken`\n\n"
        "```text\na claim\n  found      another\n```\n\nSee it again: `pytest test_it.py::test_broken`\n\n"
        "## Flows\n\n### `test_it.py::test_flow`\n\n"
        "| variable | loss1 | loss2 |\n| --- | --- | --- |\n"
        "| w1 | connected | blocked by StopGradient |\n| w2 | independent | connected |\n"
    )
    stored = json.loads((reported / "report.json").read_text())
    jsonschema.Draft202012Validator(schema("report/session.schema.json")).validate(stored)
    (broken,), (recorded,) = stored["broken"], stored["flows"]
    assert broken == {
        "test": "test_it.py::test_broken",
        "claim": "a claim",
        "text": "a claim\n  found      another",
        "again": "pytest test_it.py::test_broken",
    }
    jsonschema.Draft202012Validator(schema("flow/flow.schema.json")).validate(recorded["flow"])
    assert [cell["kind"] for cell in recorded["flow"]["cells"]] == ["connected", "independent", "blocked", "connected"]
    suite = ElementTree.parse(reported / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed, passed = suite.iter("testcase")
    assert (failed.get("classname"), failed.get("name")) == ("test_it.py", "test_broken")
    assert failed.find("failure").text == "a claim\n  found      another"  # type: ignore[union-attr]
    assert "| w2 | independent | connected |" in (passed.findtext("system-out") or "")


def test_the_schema_describes_every_field_and_refuses_others(reported: Path) -> None:
    published = schema("report/session.schema.json")
    jsonschema.Draft202012Validator.check_schema(published)
    for definition in (published, *published["$defs"].values()):
        assert set(definition["required"]) == set(definition["properties"])
        assert all("description" in field for field in definition["properties"].values())
    stored = json.loads((reported / "report.json").read_text())
    for damage in ({"version": 2}, {"extra": 1}, {"broken": [{"test": "x"}]}, {"flows": [{"test": "x", "flow": 1}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(stored | damage, published)


def test_a_session_that_found_nothing_is_reported_as_such(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    run("--gradcheck-report=report.md").assert_outcomes(passed=1)
    assert (pytester.path / "report.md").read_text() == "# gradcheck\n\n0 claims broken, 0 flows recorded.\n"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("report.txt", "unknown report suffix '.txt'. Known: .json, .md, .xml"),
        ("report", "unknown report suffix 'report'. Known: .json, .md, .xml"),
        ("folder.md", "cannot write folder.md: it is a directory"),
        ("file/report.md", "cannot write file/report.md: file is not a directory"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_tests(
    pytester: pytest.Pytester, run: Run, path: str, message: str
) -> None:
    (pytester.path / "folder.md").mkdir()
    (pytester.path / "file").touch()
    pytester.makepyfile("from pathlib import Path\n\ndef test_it():\n    Path('ran').touch()\n")
    result = run("--gradcheck-report", path)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --gradcheck-report: {message}"])
    assert not (pytester.path / "ran").exists()


def test_a_report_that_can_no_longer_be_written_is_said(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("from pathlib import Path\n\ndef test_it():\n    Path('report.md').mkdir()\n")
    result = run("--gradcheck-report=report.md")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["no report: cannot write report.md: *"])


def test_collecting_alone_writes_no_report(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    run("--collect-only", "--gradcheck-report=report.md")
    assert not (pytester.path / "report.md").exists()


def test_what_would_break_a_format_is_kept_from_it() -> None:
    cell = {"loss": "a|b", "variable": "w|1", "label": "connected"}
    values = {"losses": ["a|b"], "variables": ["w|1"], "cells": [cell]}
    session = Session([Broken("t.py::test[\x1b]", "a ``` fence\x1b")], [Recorded("t.py::test", values)])
    page = to_markdown(session)
    assert "````text\na ``` fence" in page
    assert "| variable | a\\|b |" in page
    assert "| w\\|1 | connected |" in page
    ElementTree.fromstring(to_junit(session))


def test_the_option_is_explained(run: Run) -> None:
    run("--help").stdout.fnmatch_lines(["*--gradcheck-report=FILE*"])
