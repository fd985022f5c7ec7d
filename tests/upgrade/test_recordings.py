"""Recordings are made by the environments' own gradcheck, and kept while nothing they depend on changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradcheck.errors import UsageError
from gradcheck.upgrade.environments import Environment
from gradcheck.upgrade.recordings import Recorder
from gradcheck.upgrade.running import Finished
from upgrade.fake import NAMES, Machine, environments


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def environment(machine: Machine, tmp_path: Path) -> Environment:
    found = environments(machine, tmp_path).get("2.15.1")
    machine.commands.clear()
    return found


def recorder(machine: Machine, folder: Path, **more: Any) -> Recorder:
    return Recorder(machine, folder / "out", "code", **more)


def test_the_first_version_records_and_the_others_what_it_did(
    machine: Machine, environment: Environment, tmp_path: Path
) -> None:
    made = recorder(machine, tmp_path, only=["graph-*", "step-*"])
    assert set(made.first(environment).problems) == set(NAMES)
    file = made.path("2.15.1")
    made.like(replace(environment, version="2.21.0"), file, 3)
    first, other = machine.commands
    assert first == ["-I", "-m", "gradcheck", "baseline", "record", str(file), "--only", "graph-*", "--only", "step-*", "--resume"]  # fmt: skip  # noqa: E501
    assert other[-3:] == ["--like", str(file), "--resume"]


def test_a_users_losses_are_named_to_every_version(machine: Machine, environment: Environment, tmp_path: Path) -> None:
    made = recorder(machine, tmp_path, target="train:losses", inputs=["float32[8,3]", "int32[8]"])
    made.first(environment)
    made.like(replace(environment, version="2.21.0"), made.path("2.15.1"), 3)
    first, other = machine.commands
    assert first[-7:-1] == ["--input", "float32[8,3]", "--input", "int32[8]", "--target", "train:losses"]
    assert other[-3:] == ["--target", "train:losses", "--resume"]


def test_the_current_folder_is_imported_from_only_where_the_user_names_code(
    machine: Machine, environment: Environment, tmp_path: Path
) -> None:
    recorder(machine, tmp_path).first(environment)
    recorder(machine, tmp_path, target="train:losses").first(environment)
    assert [command[0] for command in machine.commands] == ["-I", "-s"]


def test_what_differs_is_recorded_again_by_exact_names(
    machine: Machine, environment: Environment, tmp_path: Path
) -> None:
    made = recorder(machine, tmp_path)
    made.first(environment)
    found = made.again(environment, made.path("2.15.1"), ["step-[x]"])
    assert list(found.problems) == ["step-[x]"]
    assert made.path("2.15.1").is_file()  # the first one is still there


def test_a_recording_is_kept_and_made_again_when_anything_changes(
    machine: Machine, environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recorder(machine, tmp_path)

    def records(one: Recorder, where: Environment = environment) -> bool:
        before = len(machine.commands)
        one.first(where)
        return len(machine.commands) > before

    assert records(made)
    assert not records(made)
    assert records(replace(made, code="other"))
    assert records(replace(made, only=["graph-*"]))
    assert records(made, replace(environment, stamp="made again"))
    assert not records(made, replace(environment, stamp="made again"))
    assert records(replace(made, fresh=True), replace(environment, stamp="made again"))
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    assert records(made, replace(environment, stamp="made again"))


def test_a_users_losses_are_always_recorded_anew(machine: Machine, environment: Environment, tmp_path: Path) -> None:
    made = recorder(machine, tmp_path, target="train:losses")
    made.first(environment)
    made.first(environment)
    assert len(machine.commands) == 2


def test_what_is_left_of_an_interrupted_recording_is_used_only_for_the_same(
    machine: Machine, environment: Environment, tmp_path: Path
) -> None:
    made = recorder(machine, tmp_path)
    left = made.path("2.15.1").with_name("tensorflow-2.15.1.safetensors.partial")
    machine.refuses = {"2.15.1": Finished(-9, "")}
    with pytest.raises(UsageError, match=r"ended with exit code -9"):
        made.first(environment)
    left.mkdir(parents=True)
    machine.refuses = {}
    made.first(environment)
    assert left.is_dir()  # the environment's gradcheck goes on with it
    replace(made, code="other").first(environment)
    assert not left.exists()


def test_a_mistake_in_the_environment_is_one_line(machine: Machine, environment: Environment, tmp_path: Path) -> None:
    machine.refuses = {"2.15.1": Finished(2, "noise\ngradcheck: --only x: there is no such problem\n")}
    with pytest.raises(UsageError, match=r"^TensorFlow 2\.15\.1: --only x: there is no such problem$"):
        recorder(machine, tmp_path).first(environment)


def test_a_crash_in_the_environment_shows_its_last_lines(
    machine: Machine, environment: Environment, tmp_path: Path
) -> None:
    machine.refuses = {"2.15.1": Finished(1, "Traceback\nImportError: no safetensors\n")}
    with pytest.raises(UsageError, match=r"exit code 1; it says\n  Traceback\n  ImportError: no safetensors$"):
        recorder(machine, tmp_path).first(environment)


def test_progress_counts_what_is_done(environment: Environment, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    parts = tmp_path / "out" / "tensorflow-2.15.1.safetensors.partial"

    def run(command: Any, *, tick: Any, **_: Any) -> Finished:
        parts.mkdir(parents=True)
        (parts / "000000.part").touch()
        tick()
        return Finished(2, "gradcheck: enough")

    made = Recorder(run, tmp_path / "out", "code", progress=lambda *what: told.append(what))
    (tmp_path / "like").touch()
    with pytest.raises(UsageError, match="enough"):
        made.like(environment, tmp_path / "like", 4)
    assert told == [("TensorFlow 2.15.1: recording, 1 of 4 problems done", 0.25)]
