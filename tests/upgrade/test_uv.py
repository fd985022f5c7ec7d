"""uv is found, asked, and its refusals are told."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gradcheck.errors import UsageError
from gradcheck.upgrade.uv import MISSING, RUNNING, Uv, candidates, find_uv
from upgrade.fake import Machine


def test_uv_of_the_package_is_preferred_to_one_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/on/the/path")
    monkeypatch.setitem(sys.modules, "uv", SimpleNamespace(find_uv_bin=lambda: "/of/the/package"))
    assert find_uv() == "/of/the/package"
    monkeypatch.setitem(sys.modules, "uv", None)
    assert find_uv() == "/on/the/path"


def test_without_uv_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "uv", None)
    with pytest.raises(UsageError, match=r"pip install 'gradcheck\[upgrade\]'$") as raised:
        find_uv()
    assert str(raised.value) == MISSING


def test_the_running_python_is_tried_first_and_once() -> None:
    assert candidates()[0] == RUNNING
    assert len(set(candidates())) == len(candidates())
    assert set(candidates()) >= {"3.10", "3.11", "3.12", "3.13"}


def test_wheels_are_asked_for(tmp_path: Path) -> None:
    uv = Uv("uv", tmp_path, Machine(offered={"tensorflow==2.15.1": ["3.11"]}))
    assert uv.offers("tensorflow==2.15.1", "3.11")
    assert not uv.offers("tensorflow==2.15.1", "3.13")


def test_a_version_that_does_not_exist_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^there is no tensorflow 2\.99\.0 to install: check the version's number$"):
        Uv("uv", tmp_path, Machine(offered={"tensorflow==2.99.0": []})).offers("tensorflow==2.99.0", "3.11")


def test_a_program_that_fails_otherwise_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / "uv"
    program.write_text('#!/bin/sh\necho "error: no route to the index" >&2\nexit 2\n')
    program.chmod(0o755)
    uv = Uv(str(program), tmp_path)
    with pytest.raises(UsageError, match=r"cannot find out whether .*; it says\n  error: no route to the index$"):
        uv.offers("tensorflow==2.15.1", "3.11")
    with pytest.raises(
        UsageError, match=r"^uv cannot install tensorflow==2\.15\.1 .*\n  error: no route to the index$"
    ):
        uv.install(tmp_path / "python", ["tensorflow==2.15.1"], [])


def test_uv_runs_where_the_current_folders_settings_are_not_read(tmp_path: Path) -> None:
    program, here = tmp_path / "uv", tmp_path / "cache"
    program.write_text("#!/bin/sh\npwd\nexit 3\n")
    program.chmod(0o755)
    assert Uv(str(program), here).make(tmp_path / "new", RUNNING).output.strip() == str(here.resolve())
