"""Reading and writing files so that nothing half-written replaces a good one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory

from gradcheck.errors import UsageError


def write_whole(path: Path, text: str) -> None:
    """Write a text as `write_bytes` does."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write beside the target, through to the disk, then rename over it; a pipe or a device is written to as it is.

    Raises:
        UsageError: The path cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        # Not tempfile, whose files only their owner can read.
        beside = path.parent / f".gradcheck-{secrets.token_hex(8)}"
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                # A rename may reach the disk before what it names.
                os.fsync(file.fileno())
            os.replace(beside, path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def check_writable(path: Path) -> None:
    """Find out before long work whether its result can be written.

    Raises:
        UsageError: The path cannot be written.
    """
    if str(path) == "-":
        raise UsageError("cannot write -: only --json writes to stdout; /dev/stdout is a file that others can write to")
    try:
        if path.is_dir():
            raise UsageError(f"cannot write {path}: it is a directory")
        if path.exists() and not path.is_file():
            return  # a pipe or a device, which opening would already use
        parent = path.parent
        while not parent.exists():
            parent = parent.parent
        if not parent.is_dir():
            raise UsageError(f"cannot write {path}: {parent} is not a directory")
        # Only trying tells: modes say nothing to root, nor of a file system that is read-only.
        with TemporaryDirectory(prefix=".gradcheck-", dir=parent):
            pass
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        UsageError: It cannot be read or is not text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read {path}: it is not a text file") from error
