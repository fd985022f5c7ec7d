"""``gradcheck upgrade`` from the command line, on a machine that is played."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gradcheck.cli import app
from gradcheck.upgrade import environments, running, uv
from upgrade.fake import Machine
from upgrade.test_run import since


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = since("2.18.1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "run_program", found)
    monkeypatch.setattr(uv, "find_uv", lambda: "uv")
    monkeypatch.setattr(environments, "cache_folder", lambda: tmp_path / "cache")
    return found


def invoke(*arguments: object) -> Result:
    found = CliRunner().invoke(app, ["upgrade", *map(str, arguments)])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_a_change_is_exit_code_1_and_every_step_is_told(machine: Machine) -> None:
    found = invoke("--from", "2.15.1", "--to", "2.18.1")
    assert found.exit_code == 1
    assert "unsafe: some gradients are not what they were" in found.stdout
    assert found.stderr.splitlines() == [
        "TensorFlow 2.15.1: looking for a Python that it can be installed with",
        f"TensorFlow 2.15.1: installing it with Python {uv.RUNNING}, once",
        "TensorFlow 2.18.1: looking for a Python that it can be installed with",
        f"TensorFlow 2.18.1: installing it with Python {uv.RUNNING}, once",
        "TensorFlow 2.15.1: recording",
        "TensorFlow 2.18.1: recording the same",
        "TensorFlow 2.15.1: recording again what differs, in 1 problem",
        "TensorFlow 2.18.1: recording again what differs, in 1 problem",
        "comparing",
    ]


def test_nothing_changed_is_exit_code_0(machine: Machine) -> None:
    assert invoke("--from", "2.15.1", "--to", "2.17.1").exit_code == 0
    assert len(machine.ran("record")) == 2


def test_a_second_run_records_nothing(machine: Machine) -> None:
    first = invoke("--from", "2.15.1", "--to", "2.18.1")
    machine.commands.clear()
    assert invoke("--from", "2.15.1", "--to", "2.18.1").stdout == first.stdout
    assert not machine.commands


def test_every_report_is_written(machine: Machine, tmp_path: Path) -> None:
    names = ("u.json", "u.xml", "u.md", "u.html")
    options = [part for pair in zip(("--json", "--junit", "--markdown", "--html"), names, strict=True) for part in pair]
    assert invoke("--from", "2.15.1", "--to", "2.17.1,2.18.1", "--bisect", *options).exit_code == 1
    assert json.loads((tmp_path / "u.json").read_text())["first_changed"][0]["version"] == "2.18.1"
    assert all((tmp_path / name).stat().st_size for name in names)


def test_json_on_stdout_is_nothing_else(machine: Machine) -> None:
    assert json.loads(invoke("--from", "2.15.1", "--to", "2.18.1", "--json", "-").stdout)["exit_code"] == 1


def test_expectations_are_applied(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "accepted").write_text('xfail "graph-001/*" "tensorflow>=2.18" "better now"\n')
    assert invoke("--from", "2.15.1", "--to", "2.18.1", "--expect", "accepted").exit_code == 0


def test_what_a_users_losses_need_is_installed(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "needs.txt").write_text("my-data\n")
    found = invoke(
        "--from", "2.15.1", "--to", "2.17.1", "--target", "train:losses", "--input", "float32[8,3]",
        "--with", "my-layers", "--with", "./mine", "--requirements", "needs.txt",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    for command in machine.ran("install"):
        assert command[-2:] == ["my-layers", str(tmp_path / "mine")]
        assert command[command.index("--requirements") + 1] == str(tmp_path / "needs.txt")
    assert len(machine.ran("--target", "train:losses")) == 2


def test_environments_are_removed_if_asked_for(machine: Machine, tmp_path: Path) -> None:
    invoke("--from", "2.15.1", "--to", "2.17.1")
    assert len([path for path in (tmp_path / "cache").iterdir() if path.is_dir()]) == 2
    found = invoke("--clean")
    assert found.stdout == f"2 environments removed from {tmp_path / 'cache'}\n"
    invoke("--from", "2.15.1", "--to", "2.17.1", "--clean", "--fresh")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_a_mistake_removes_no_environment(machine: Machine, tmp_path: Path) -> None:
    invoke("--from", "2.15.1", "--to", "2.17.1")
    assert invoke("--from", "2.15.1", "--to", "old", "--clean").exit_code == 2
    assert len([path for path in (tmp_path / "cache").iterdir() if path.is_dir()]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the two versions, such as --from 2.15.1 --to 2.21.0"),
        (("--from", "2.15.1"), "name the two versions, such as --from 2.15.1 --to 2.21.0"),
        (("--from", "2.15.1", "--to", "2.15.1"), "--to must name another version than 2.15.1, such as --to 2.21.0"),
        (("--from", "old", "--to", "2.21.0"), "a version must be as 2.21.0, or nightly; found 'old'"),
        (("--from", "2.15.1", "--to", "2.21.0", "--allow", "all"), "--allow must be within-bound; found 'all'"),
        (
            ("--from", "2.15.1", "--to", "2.21.0", "--input", "float32[8]"),
            "--input describes the arguments of your losses: name them with --target",
        ),
        (
            ("--from", "2.15.1", "--to", "2.21.0", "--json", "/"),
            "cannot write /: it is a directory",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(machine: Machine, arguments: tuple[str, ...], message: str) -> None:
    found = invoke(*arguments)
    assert found.exit_code == 2
    assert found.stderr == f"gradcheck: {message}\n"
    assert not machine.commands


def test_a_failed_installation_is_told_without_a_traceback(machine: Machine) -> None:
    machine.fails = "error: Failed to fetch tensorflow\n"
    found = invoke("--from", "2.15.1", "--to", "2.21.0")
    assert found.exit_code == 2
    assert found.stderr.endswith(
        "gradcheck: uv cannot install tensorflow==2.15.1 and what it is wanted with; it says\n"
        "  error: Failed to fetch tensorflow\n"
    )


def test_the_command_itself_needs_no_tensorflow() -> None:
    code = "import sys; sys.modules['tensorflow'] = None; from gradcheck.cli import app; app(['upgrade', '--clean'])"
    hidden = "import gradcheck.upgrade.environments as e; from pathlib import Path; e.cache_folder = lambda: Path('no')"
    found = subprocess.run([sys.executable, "-c", f"{hidden}; {code}"], capture_output=True, text=True, check=False)
    assert found.stdout == "0 environments removed from no\n", found.stderr
