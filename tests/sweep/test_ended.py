"""A point that ends its process is kept whole, and tried again in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gradcheck.cli import app
from gradcheck.errors import EngineError, UsageError
from gradcheck.sweep import ended
from gradcheck.sweep.ended import Ended, load_ended, try_again
from sweep import mortal
from sweep.made import PLAN

REASON = "its process ended with exit code 11"
ENDED = Ended(PLAN, mortal.EXITS, REASON, {"tensorflow": "2.21.0"})


def test_it_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    path = ENDED.save(tmp_path / "deep")
    assert path.name == f"ended-{PLAN.name}-300.json"
    assert load_ended(path) == ENDED


def test_a_person_reads_where_it_is(tmp_path: Path) -> None:
    stored = json.loads(ENDED.save(tmp_path).read_text())
    assert stored["graph"] == PLAN.graph(300).to_json()
    assert stored["sizes"] == PLAN.sizes(300)
    first, graph, sizes = ENDED.words.splitlines()
    assert first == f"point 300: {REASON}"
    assert graph.strip() == repr(PLAN.graph(300))
    assert f"batch {PLAN.sizes(300)['batch']}, " in sizes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 1}, "has witness version 1; this gradcheck reads version 2"),
        ({"graph": PLAN.graph(0).to_json()}, "its plan draws another graph, or other sizes, at its point"),
        ({"sizes": {"batch": 1}}, "its plan draws another graph, or other sizes, at its point"),
        ({"plan": 7}, "has other fields than this gradcheck's"),
        ({"point": "first"}, "is not a usable witness: a field has the wrong type"),
        ({"environment": 3}, "is not a usable witness: a field has the wrong type"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "ended.json"
    path.write_text(json.dumps({**ENDED.to_json(), **change}))
    with pytest.raises(UsageError, match=message):
        load_ended(path)


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ended.json"
    path.write_text(json.dumps({name: value for name, value in ENDED.to_json().items() if name != "reason"}))
    with pytest.raises(UsageError, match="is not a whole witness: reason missing"):
        load_ended(path)


def test_a_file_of_another_format_is_left_to_others(make_witness: Callable[..., Any], tmp_path: Path) -> None:
    assert load_ended(make_witness().save(tmp_path)) is None


# --- tried again -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "reason"),
    [(mortal.EXITS, REASON), (mortal.IS_KILLED, "its process ended with exit code -9"), (301, "")],
)
def test_the_point_alone_is_tried_again(monkeypatch: pytest.MonkeyPatch, point: int, reason: str) -> None:
    monkeypatch.setattr(ended, "judge_span", mortal.work)
    assert try_again(Ended(PLAN, point, "it ended")) == reason


def test_a_point_at_which_judging_raises_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "judge_span", mortal.raises)
    with pytest.raises(EngineError, match="point 300 cannot be judged: nothing can be judged from 300 to 301"):
        try_again(ENDED)


@pytest.mark.parametrize(
    ("now", "code", "words"),
    [
        ("its process ended with exit code -6", 1, "point 300: its process ended with exit code -6\n"),
        ("", 0, "point 300 of seed 5: its process lives now.\n"),
    ],
)
def test_replay_tries_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str, code: int, words: str
) -> None:
    monkeypatch.setattr(ended, "try_again", lambda _: now)
    path = ENDED.save(tmp_path)
    result = CliRunner().invoke(app, ["replay", str(path)])
    assert (result.exit_code, result.stdout[: len(words)]) == (code, words)
    assert (f"reproduce  gradcheck replay {path}" in result.stdout) is bool(now)


def test_there_is_no_script_of_it(tmp_path: Path) -> None:
    path = ENDED.save(tmp_path)
    result = CliRunner().invoke(app, ["replay", "--script", str(path)])
    assert (result.exit_code, result.stderr) == (
        2,
        f"gradcheck: {path} shows a point that ends its process: there is no script of it\n",
    )
