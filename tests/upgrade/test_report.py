"""What is printed and written of an upgrade."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from gradcheck.report.upgrade import print_upgrade, upgrade_json, upgrade_junit, upgrade_markdown
from gradcheck.upgrade.result import Upgrade
from upgrade.fake import run
from upgrade.test_run import since


@pytest.fixture
def several(tmp_path: Path) -> Upgrade:
    return run(since("2.18.1"), tmp_path, "2.15.1", "2.17.1", "2.18.1").upgrade()


@pytest.fixture
def single(tmp_path: Path) -> Upgrade:
    return run(since("2.18.1"), tmp_path, "2.15.1", "2.18.1").upgrade()


def printed(upgrade: Upgrade) -> str:
    console = Console(file=StringIO(), width=140)
    print_upgrade(upgrade, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_several_versions_print_a_table_and_where_a_change_came(several: Upgrade) -> None:
    text = printed(several)
    assert "to 2.17.1" in text
    assert "1 changed, 0 rounding, of 3" in text
    assert "first changed in 2.18.1 (as before in 2.17.1): graph-001" in text
    assert "beyond bound: graph-001/eager/loss/w" in text


def test_one_version_prints_its_comparison_alone(single: Upgrade) -> None:
    text = printed(single)
    assert "unsafe: some gradients are not what they were" in text
    assert "first changed" not in text
    assert "to 2.18.1" not in text


def test_json_holds_the_table_the_first_changes_and_every_comparison(several: Upgrade) -> None:
    found = json.loads(json.dumps(upgrade_json(several)))
    assert (found["verdict"], found["exit_code"], found["versions"]) == ("unsafe", 1, ["2.15.1", "2.17.1", "2.18.1"])
    assert [(row["from"], row["to"], row["verdict"]) for row in found["table"]] == [
        ("2.15.1", "2.17.1", "safe"), ("2.15.1", "2.18.1", "unsafe"), ("2.17.1", "2.18.1", "unsafe"),
    ]  # fmt: skip
    assert found["first_changed"] == [
        {"problem": "graph-001", "version": "2.18.1", "as_before_in": "2.17.1", "kinds": {"beyond bound": 1}}
    ]
    assert [comparison["verdict"] for comparison in found["comparisons"]] == ["safe", "unsafe"]


def test_junit_fails_in_the_version_of_the_change(several: Upgrade) -> None:
    xml = ElementTree.fromstring(upgrade_junit(several))
    failed = [suite.get("name") for suite in xml.iter("testsuite") if suite.findall(".//failure")]
    assert failed == ["TensorFlow 2.18.1 gradient"]
    assert xml.get("failures") == "1"


def test_markdown_has_the_table_before_the_comparisons(several: Upgrade, single: Upgrade) -> None:
    text = upgrade_markdown(several)
    assert text.startswith("| from | to 2.17.1 | to 2.18.1 |\n| --- | --- | --- |\n| 2.15.1 | safe: 0 changed")
    assert text.count("### Gradients, TensorFlow 2.15.1 →") == 2
    assert text.endswith("- first changed in 2.18.1 (as before in 2.17.1): graph-001\n")
    assert upgrade_markdown(single).startswith("### Gradients, TensorFlow 2.15.1 → 2.18.1: unsafe")
