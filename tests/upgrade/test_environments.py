"""Environments are made once, made again when they are not whole or too old, and removed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from gradcheck.errors import UsageError
from gradcheck.upgrade.environments import MARKER, cache_folder, clean
from gradcheck.upgrade.uv import RUNNING, candidates
from upgrade.fake import Machine, environments

OTHER = next(python for python in candidates() if python != RUNNING)


def test_an_environment_has_tensorflow_the_requirements_and_gradcheck(tmp_path: Path) -> None:
    machine = Machine()
    found = environments(machine, tmp_path, requirements=["my-layers"]).get("2.15.1")
    (command,) = machine.ran("install")
    assert command[-3:] == ["tensorflow==2.15.1", "numpy>=1.24", "my-layers"]
    assert str(found.python) in command
    assert (found.folder / "lib/python3.11/site-packages/gradcheck/a/b.css").read_bytes() == b"x"
    assert json.loads((found.folder / MARKER).read_text())["python"] == RUNNING


def test_an_environment_is_kept_for_later_runs_and_gets_gradcheck_anew(tmp_path: Path) -> None:
    first = environments(Machine(), tmp_path).get("2.15.1")
    copy = first.folder / "lib/python3.11/site-packages/gradcheck/__init__.py"
    copy.write_text("old")
    machine = Machine()
    assert environments(machine, tmp_path).get("2.15.1").stamp == first.stamp
    assert not machine.commands
    assert copy.read_text() == ""


def test_other_requirements_are_another_environment(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    folders = set()
    for content in ("a", "b"):
        file.write_text(content)
        folders.add(environments(Machine(), tmp_path, files=[file]).get("2.15.1").folder)
    folders.add(environments(Machine(), tmp_path, requirements=["a"]).get("2.15.1").folder)
    assert len(folders) == 3


def test_a_missing_file_of_requirements_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^cannot read .*nowhere: No such file or directory$"):
        environments(Machine(), tmp_path, files=[tmp_path / "nowhere"]).get("2.15.1")


def test_an_interrupted_installation_is_made_again(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the disk is full"):
        environments(Machine(fails="the disk is full"), tmp_path).get("2.15.1")
    machine = Machine()
    environments(machine, tmp_path).get("2.15.1")
    assert machine.ran("venv")
    assert machine.ran("install")


@pytest.mark.parametrize("marker", ["", "[]", '{"made": "x"}'])
def test_a_marker_that_is_none_is_no_marker(tmp_path: Path, marker: str) -> None:
    found = environments(Machine(), tmp_path).get("2.15.1")
    (found.folder / MARKER).write_text(marker)
    machine = Machine()
    environments(machine, tmp_path).get("2.15.1")
    assert machine.ran("install")


@pytest.mark.parametrize(("version", "again"), [("nightly", True), ("2.15.1", False)])
def test_a_nightly_is_made_again_after_a_day(tmp_path: Path, version: str, *, again: bool) -> None:
    found = environments(Machine(), tmp_path).get(version)
    day_old = json.loads(found.stamp) | {"made": time.time() - 25 * 60 * 60}
    (found.folder / MARKER).write_text(json.dumps(day_old))
    machine = Machine()
    environments(machine, tmp_path).get(version)
    assert bool(machine.ran("--refresh-package", "tf-nightly")) == again


def test_a_fresh_run_makes_all_again_once(tmp_path: Path) -> None:
    environments(Machine(), tmp_path).get("2.15.1")
    machine = Machine()
    fresh = environments(machine, tmp_path, fresh=True)
    assert fresh.get("2.15.1") == fresh.get("2.15.1")
    assert len(machine.ran("install")) == 1


def test_another_python_is_taken_where_the_running_one_has_no_wheels(tmp_path: Path) -> None:
    machine = Machine(offered={"tensorflow==2.15.1": [OTHER]}, pythons=[RUNNING, OTHER])
    found = environments(machine, tmp_path).get("2.15.1")
    assert json.loads(found.stamp)["python"] == OTHER


def test_a_missing_python_says_which_and_how_to_get_it(tmp_path: Path) -> None:
    machine = Machine(offered={"tensorflow==2.15.1": [OTHER]})
    with pytest.raises(UsageError, match=f"needs Python {OTHER}, and uv found none of them") as raised:
        environments(machine, tmp_path).get("2.15.1")
    assert f"uv python install {OTHER}" in str(raised.value)
    assert f"error: No interpreter found for Python {OTHER}" in str(raised.value)


def test_a_version_without_any_wheels_names_the_pythons_that_were_tried(tmp_path: Path) -> None:
    machine = Machine(offered={"tensorflow==2.15.1": ["2.7"]})
    with pytest.raises(UsageError, match=r"^TensorFlow 2\.15\.1 cannot be installed with Python") as raised:
        environments(machine, tmp_path).get("2.15.1")
    assert all(python in str(raised.value) for python in candidates())


def test_what_is_kept_can_be_removed(tmp_path: Path) -> None:
    made = environments(Machine(), tmp_path)
    folders = [made.get(version).folder for version in ("2.15.1", "nightly")]
    assert clean(made.folder) == 2
    assert not any(folder.exists() for folder in folders)
    assert clean(made.folder) == clean(tmp_path / "nowhere") == 0


def test_the_cache_is_the_users_own() -> None:
    assert cache_folder().name == "upgrade"
    assert "gradcheck" in cache_folder().parts
