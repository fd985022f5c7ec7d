"""A file is whole or untouched; what cannot be written or read is named, with the reason."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from gradcheck import files
from gradcheck.errors import UsageError
from gradcheck.files import check_writable, read_text, write_whole


def test_text_is_written_and_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "report.json"
    write_whole(path, "ä\n")
    assert read_text(path) == "ä\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["report.json"]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old, and longer")
    write_whole(path, "new")
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("moment", ["while writing", "while renaming"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    error: BaseException, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        if moment == "while writing":
            # The content is on its way to the disk by then.
            patch.setattr(files.os, "fsync", fail)
        else:
            patch.setattr(files.os, "replace", fail)
        expected = UsageError if isinstance(error, OSError) else KeyboardInterrupt
        with pytest.raises(expected) as raised:
            write_whole(path, "new")
    if expected is UsageError:
        assert str(raised.value) == f"cannot write {path}: No space left on device"
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_written_file_can_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    plain, written = tmp_path / "plain", tmp_path / "written"
    plain.write_text("")
    write_whole(written, "")
    assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check_writable(path)
        write_whole(path, "report")
        assert os.read(reader, 100) == b"report"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


# Tests may run as root, for whom no mode forbids anything: these paths nobody can write.
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("file/report.json", "file is not a directory"),
        ("file/deep/report.json", "file is not a directory"),
        ("folder", "it is a directory"),
    ],
)
def test_paths_that_cannot_be_written_are_found_out_before_and_after(path: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=rf"^cannot write .*{path}: .*{reason}$"):
        check_writable(tmp_path / path)
    with pytest.raises(UsageError, match=rf"^cannot write .*{path}: "):
        write_whole(tmp_path / path, "text")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, where not even root can write")
def test_a_file_system_that_takes_no_files_is_found_out_before(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^cannot write /proc/a/report.json: "):
        check_writable(Path("/proc/a/report.json"))


def test_a_name_too_long_is_named(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)
    with pytest.raises(UsageError, match=r"^cannot write .*xxx: File name too long$"):
        write_whole(path, "text")
    assert list(tmp_path.iterdir()) == []


def test_paths_that_can_be_written_pass(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    for path in ("report.json", "new.json", "a/b/c.json"):
        check_writable(tmp_path / path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_relative_path_is_beside_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_writable(Path("report.json"))
    write_whole(Path("report.json"), "text")
    assert (tmp_path / "report.json").read_text() == "text"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none", "No such file or directory"), ("folder", "Is a directory"), ("binary", "it is not a text file")],
)
def test_what_cannot_be_read_is_named(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=rf"^cannot read .*{name}: {reason}$"):
        read_text(tmp_path / name)
