"""A recording that is stopped leaves the old file or a whole new one, and goes on where it was."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baseline.killed import PROBLEMS, compute, record_and_die, whole
from gradcheck.baseline.case import Baseline, Case, Sort
from gradcheck.baseline.graphs import graph_problem
from gradcheck.baseline.record import forget, record
from gradcheck.baseline.store import load, save, to_bytes
from gradcheck.engines import engines
from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH, golden_point
from gradcheck.point import stack
from gradcheck.raised import Raised

MOMENTS = 2 * (len(PROBLEMS) + 1) + 2  # before and after each file; the last two come too late


@pytest.fixture(scope="module")
def complete() -> Baseline:
    return whole()


@pytest.mark.parametrize(
    ("moment", "old"), [*((moment, False) for moment in range(MOMENTS)), *((moment, True) for moment in (0, 7, 16, 17))]
)
def test_a_recording_that_is_killed_loses_nothing(moment: int, old: bool, complete: Baseline, tmp_path: Path) -> None:
    file, kept = tmp_path / "gradients", tmp_path / "kept"
    before = Baseline({"tensorflow": "old"}, {}, {})
    if old:
        save(before, file)
    process = multiprocessing.get_context("spawn").Process(target=record_and_die, args=(file, moment))
    process.start()
    process.join()
    died = moment < 2 * (len(PROBLEMS) + 1)
    assert process.exitcode == (-signal.SIGKILL if died else 0)
    written = moment >= 2 * len(PROBLEMS) + 1
    assert file.exists() == (old or written)
    if file.exists():
        assert to_bytes(load(file)) == to_bytes(complete if written else before)
    done = min((moment + 1) // 2, len(PROBLEMS)) if died else 0
    assert len(list(kept.glob("*.part"))) == done
    told: list[str] = []
    resumed = record(PROBLEMS, run=compute, workers=1, kept=kept, progress=lambda what, _: told.append(what))
    assert told == list(PROBLEMS)[done:]
    assert to_bytes(resumed) == to_bytes(complete)


def test_a_damaged_part_is_computed_again(complete: Baseline, tmp_path: Path) -> None:
    record(PROBLEMS, run=compute, workers=1, kept=tmp_path)
    parts = sorted(tmp_path.glob("*.part"))
    parts[2].write_bytes(parts[2].read_bytes()[:-1])
    parts[5].write_bytes(b"")
    told: list[str] = []
    resumed = record(PROBLEMS, run=compute, workers=1, kept=tmp_path, progress=lambda what, _: told.append(what))
    assert told == ["graph-2", "graph-5"]
    assert to_bytes(resumed) == to_bytes(complete)


@pytest.mark.parametrize("change", ["environment", "problem"])
def test_parts_of_another_environment_or_problem_are_not_used(change: str, tmp_path: Path) -> None:
    record(PROBLEMS, run=compute, workers=1, kept=tmp_path)
    problems = dict(PROBLEMS)
    if change == "problem":
        problems["graph-3"] = {"kind": "graph", "number": 30}
    else:
        for path in tmp_path.glob("*.part"):
            part = load(path)
            save(Baseline({**part.environment, "tensorflow": "1.15"}, part.problems, part.cases), path)
    told: list[str] = []
    record(problems, run=compute, workers=1, kept=tmp_path, progress=lambda what, _: told.append(what))
    assert told == (["graph-3"] if change == "problem" else list(problems))


def misbehave(name: str, problem: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[Case]:
    if name == "graph-1":
        os._exit(11)
    if name == "graph-2":
        raise ValueError("not today")
    return compute(name, problem, arrays)


def test_a_problem_that_kills_its_process_is_an_answer() -> None:
    found = record(PROBLEMS, run=misbehave, workers=1)
    assert found.cases["graph-1"].answers == {"all": Raised("Killed", "its process ended with exit code 11")}
    assert found.cases["graph-2"].answers == {"all": Raised("ValueError", "not today")}
    assert [case.problem for case in found.cases.values()] == list(PROBLEMS)


def die_on_forward(name: str, problem: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[Case]:
    if name == "graph-1" and problem.get("alone", "forward") == "forward" and "forward" not in problem.get("dies", {}):
        os._exit(11)
    said = " ".join(f"{engine}: {how}" for engine, how in problem.get("dies", {}).items())
    return [Case(f"{name}/eager", name, Sort.GRADIENT, {}, {"w": said})]


def test_an_engine_that_kills_its_process_costs_its_own_answers_alone() -> None:
    found = record(PROBLEMS, run=die_on_forward, workers=1)
    assert found.cases["graph-1/eager"].answers == {"w": "forward: its process ended with exit code 11"}
    assert found.cases["graph-2/eager"].answers == {"w": ""}
    assert found.problems == PROBLEMS
    assert [case.problem for case in found.cases.values()] == list(PROBLEMS)


def test_a_graph_is_recorded_without_engines_that_die() -> None:
    problem = graph_problem(GOLDEN_GRAPH, stack([golden_point()]))
    dies = {"forward": "its process ended with exit code -11"}
    found = record({"dead": {**problem, "dies": dies}, "lone": {**problem, "alone": "forward"}}, workers=1)
    raised: dict[tuple[str, str], set[bool]] = {}
    for case in found.cases.values():
        said = {isinstance(answer, Raised) and answer.message == dies["forward"] for answer in case.answers.values()}
        raised.setdefault((case.problem, case.tags.get("engine", "flow")), set()).update(said)
    assert raised.pop(("lone", "forward")) == {False}
    assert raised == {("dead", name): {name == "forward"} for name in (*engines.names(), "flow")}


def test_what_is_kept_can_be_forgotten(tmp_path: Path) -> None:
    record(PROBLEMS, run=compute, workers=1, kept=tmp_path / "kept")
    forget(tmp_path / "kept")
    forget(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("other", "must be one of graph, step, target; found 'other'"),
        ("losses", "the baseline is one of a test's losses"),
    ],
)
def test_a_problem_that_cannot_be_computed_is_told_before_any_is(kind: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        record({**PROBLEMS, "x": {"kind": kind}}, run=misbehave)


def test_inputs_reach_their_problem_and_are_kept() -> None:
    given = {"graph-1": {"variable w": np.float32([2.5])}}
    found = record({"graph-1": PROBLEMS["graph-1"]}, given, run=echo, workers=1)
    assert found.cases["graph-1/eager"].answers["variable w"] == np.float32([2.5])
    assert found.inputs == given


def echo(name: str, problem: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[Case]:
    return [Case(f"{name}/eager", name, Sort.GRADIENT, {}, dict(arrays))]
