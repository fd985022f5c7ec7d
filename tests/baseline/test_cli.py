"""``gradcheck baseline``: what it writes, prints and returns, and one clear line for every mistake."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from baseline.made import ANSWERS, NEW, baseline, gradients
from gradcheck.baseline import record as recording
from gradcheck.baseline.case import Answer, Baseline, Case, Sort
from gradcheck.baseline.store import load, save
from gradcheck.cli import app

STEP = "step-keras.SGD-*"
CHANGED = {**ANSWERS, "embedding": np.float32([[1.0, 2.0], [0.0, -3.3]])}


def invoke(*arguments: object) -> Result:
    found = CliRunner().invoke(app, ["baseline", *map(str, arguments)])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def files(tmp_path: Path) -> Callable[[Mapping[str, Answer]], tuple[Path, Path]]:
    """Write a recording of an older version, and one of a newer that answers otherwise."""

    def write(after: Mapping[str, Answer]) -> tuple[Path, Path]:
        save(baseline(gradients()), tmp_path / "old")
        save(baseline(gradients(after), environment=NEW), tmp_path / "new")
        return tmp_path / "old", tmp_path / "new"

    return write


def test_what_is_recorded_is_compared_with_the_installed_tensorflow(tmp_path: Path) -> None:
    file = tmp_path / "gradients"
    found = invoke("record", file, "--only", STEP, "--workers", 1)
    assert found.exit_code == 0, found.output
    assert found.stdout == f"1 cases of 1 problems recorded in {file}\n"
    assert not list(tmp_path.glob("*.partial"))
    found = invoke("compare", file, "--workers", 1)
    assert found.exit_code == 0
    assert "both recordings were made with TensorFlow" in found.stdout
    assert "safe: nothing changed that matters" in found.stdout


def test_what_changed_is_told_written_and_unsafe(files: Any, tmp_path: Path) -> None:
    report, junit, markdown = (tmp_path / name for name in ("r.json", "r.xml", "r.md"))
    old, new = files(CHANGED)
    found = invoke("compare", old, new, "--json", report, "--junit", junit, "--markdown", markdown)
    assert found.exit_code == 1
    assert "tensorflow   2.15.1 -> 2.21.0" in found.stdout
    assert "beyond bound: graph-000.0/xla/loss1/embedding" in found.stdout
    assert "  before    float32[2, 2] 1, 2, 0, -3\n  after     float32[2, 2] 1, 2, 0, -3.29999995" in found.stdout
    assert found.stdout.endswith("unsafe: some gradients are not what they were\n")
    stored = json.loads(report.read_text())
    assert (stored["verdict"], stored["counts"]) == ("unsafe", {"identical bits": 2, "beyond bound": 1})
    assert stored["by"]["layer"]["sigmoid"] == stored["counts"]
    (suite, *_) = ElementTree.parse(junit).getroot()
    assert suite.get("failures") == "1"
    text = markdown.read_text()
    assert text.startswith("### Gradients, TensorFlow 2.15.1 → 2.21.0: unsafe")
    assert "| xla | 2 | 1 |" in text


def test_what_changed_is_a_page(files: Any, tmp_path: Path) -> None:
    page = tmp_path / "report" / "page.html"
    assert invoke("compare", *files(CHANGED), "--html", page).exit_code == 1
    assert "Unsafe: some gradients are not what they were" in page.read_text(encoding="utf-8")
    assert f"--like {tmp_path / 'old'} --only graph-000" in page.read_text(encoding="utf-8")


def test_identical_recordings_are_safe(files: Any) -> None:
    found = invoke("compare", *files(ANSWERS))
    assert found.exit_code == 0
    assert "3 identical bits" in found.stdout


def test_rounding_is_to_be_reviewed_unless_it_is_allowed(files: Any) -> None:
    old, new = files({**ANSWERS, "embedding": np.float32([[1.0, 2.0], [0.0, -3.0000002]])})
    assert "review: only rounding differs, within its bound" in invoke("compare", old, new).stdout
    assert "safe: " in invoke("compare", old, new, "--allow", "within-bound").stdout


def test_a_further_recording_tells_noise(files: Any, tmp_path: Path) -> None:
    old, new = files(CHANGED)
    save(baseline(gradients(), environment=NEW), tmp_path / "again")
    found = invoke("compare", old, new, "--again", tmp_path / "again")
    assert found.exit_code == 0
    assert "review: only rounding differs, or what is not deterministic" in found.stdout


def test_what_is_expected_is_accepted(files: Any, tmp_path: Path) -> None:
    (tmp_path / "accepted").write_text('xfail "graph-000.0/xla/*" "tensorflow>=2.18" "known upstream"')
    old, new = files(CHANGED)
    found = invoke("compare", old, new, "--expect", tmp_path / "accepted")
    assert found.exit_code == 0
    assert "accepted  xfail graph-000.0/xla/*: known upstream" in found.stdout
    old, new = files(ANSWERS)
    found = invoke("compare", old, new, "--expect", tmp_path / "accepted")
    assert found.exit_code == 1
    assert "stale: xfail graph-000.0/xla/*: known upstream: it is as it was, so remove the line" in found.stdout


def test_json_alone_on_stdout(files: Any) -> None:
    assert json.loads(invoke("compare", *files(ANSWERS), "--json", "-").stdout)["verdict"] == "safe"


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "no file": (("compare", "missing"), "cannot read missing: No such file or directory"),
    "no baseline": (("compare", "text"), "text is no baseline, or only a part of one"),
    "no such problem": (("record", "x", "--only", "other"), "--only other: there is no such problem"),
    "nowhere to write": (("record", "text/x"), "cannot write text/x: text is not a directory"),
    "nowhere for the page": (
        ("compare", "text", "--html", "text/x"),
        "cannot write text/x: text is not a directory",
    ),
    "an allowance of nothing": (("compare", "text", "--allow", "all"), "--allow must be within-bound; found 'all'"),
    "inputs of nothing": (
        ("record", "x", "--input", "float32[2]"),
        "--input describes the arguments of your losses: name them with --target",
    ),
    "no target": (("record", "x", "--target", "none.py:f"), "cannot import none.py: there is no such file"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    arguments, message = MISTAKES[name]
    found = invoke(*arguments)
    assert (found.exit_code, found.stderr) == (2, f"gradcheck: {message}\n")


SOURCE = """
import pathlib
import tensorflow as tf

pathlib.Path("ran").touch()
w = tf.Variable([1.0, 2.0], name="w")

def losses(x):
    return {"total": tf.reduce_sum(x * w)}
"""


def test_a_baseline_never_runs_code_that_nobody_named(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SOURCE)
    file = tmp_path / "gradients"
    options = ("--target", "mine.py:losses", "--input", "float32[2]", "--workers", 1)
    assert invoke("record", file, *options).exit_code == 0
    (tmp_path / "ran").unlink()
    for arguments in (("compare", file), ("record", tmp_path / "x", "--like", file)):
        found = invoke(*arguments)
        assert found.exit_code == 2
        assert "records the losses mine.py:losses: run them with --target mine.py:losses" in found.stderr
    assert not (tmp_path / "ran").exists()
    found = invoke("compare", file, "--target", "mine.py:losses", "--workers", 1)
    assert found.exit_code == 0
    assert (tmp_path / "ran").exists()
    assert "safe" in found.stdout


def test_a_recording_is_repeated_at_recorded_inputs_and_weights(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SOURCE)
    file, again = tmp_path / "gradients", tmp_path / "again"
    invoke("record", file, "--target", "mine.py:losses", "--input", "float32[2]", "--workers", 1)
    (tmp_path / "mine.py").write_text(SOURCE.replace("[1.0, 2.0]", "[8.0, 9.0]"))
    assert invoke("record", again, "--like", file, "--target", "mine.py:losses", "--workers", 1).exit_code == 0
    assert invoke("compare", file, again).stdout.endswith("safe: nothing changed that matters\n")


def test_resuming_computes_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def record(problems: Mapping[str, Any], *_: Any, kept: Path, **__: Any) -> Baseline:
        told.append("resumed" if list(kept.glob("*")) else "anew")
        cases = {name: Case(name, name, Sort.STEP, {}, {}) for name in problems}
        return replace(baseline(), problems=problems, cases=cases)

    monkeypatch.setattr(recording, "record", record)
    for options in (["--resume"], []):
        kept = tmp_path / "gradients.partial"
        kept.mkdir()
        (kept / "000000.part").write_bytes(b"")
        assert invoke("record", tmp_path / "gradients", "--only", STEP, *options).exit_code == 0
        assert not kept.exists()
    assert told == ["resumed", "anew"]
    assert list(load(tmp_path / "gradients").problems) == ["step-keras.SGD-graph"]


def test_the_entry_that_moved_farthest_is_shown(files: Any) -> None:
    assert "  farthest  [1, 1] -3 -> -3.29999995\n" in invoke("compare", *files(CHANGED)).stdout


def test_one_change_of_each_problem_is_told_and_the_others_counted(tmp_path: Path) -> None:
    before = {f"w{i}": np.float32([1.0, 2.0]) for i in range(5)}
    after = {name: value * np.float32(1.5) for name, value in before.items()}
    save(baseline(gradients(before)), tmp_path / "old")
    save(baseline(gradients(after), environment=NEW), tmp_path / "new")
    found = invoke("compare", tmp_path / "old", tmp_path / "new").stdout
    assert found.count("beyond bound: ") == 1
    assert "  and       4 more in graph-000\n" in found


def test_rows_that_are_wholly_identical_are_one(tmp_path: Path) -> None:
    cases = [replace(gradients(), name=f"c/{i}", tags={"engine": f"engine{i}"}) for i in range(3)]
    changed = [replace(cases[0], answers=CHANGED), *cases[1:]]
    save(baseline(*cases), tmp_path / "old")
    save(baseline(*changed, environment=NEW), tmp_path / "new")
    found = invoke("compare", tmp_path / "old", tmp_path / "new").stdout
    assert "engine0" in found
    assert "engine1" not in found
    assert "2 more" in found
