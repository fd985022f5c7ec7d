"""A file to which whole lines are added, each with a checksum: one that was cut off or damaged is not believed."""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gradcheck.errors import UsageError


def to_line(values: Mapping[str, Any]) -> bytes:
    """Return values as a line of JSON after its checksum."""
    text = json.dumps(values, separators=(",", ":"), allow_nan=False).encode()
    return b"%s %s\n" % (checksum(text).encode(), text)


def checksum(text: bytes) -> str:
    """Return a CRC as eight digits."""
    return f"{zlib.crc32(text):08x}"


def append(path: Path, line: bytes) -> None:
    """Add a whole line, written through to the disk, or, if that fails, nothing.

    Raises:
        OSError: It failed.
    """
    with path.open("ab", buffering=0) as file:
        end = file.tell()
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, end)
            raise


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the values of every line whose checksum is right.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    for line in content.split(b"\n"):
        found, _, text = line.partition(b" ")
        if text and found == checksum(text).encode():
            yield json.loads(text)


def cut_off_tail(path: Path) -> None:
    """Remove a last line that was not written to its end, so that the next one starts on its own.

    Raises:
        UsageError: The file cannot be read or written.
    """
    try:
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(path, whole)
    except OSError as error:
        raise UsageError(f"cannot go on with {path}: {error.strerror}") from error
