"""What a sweep has done, kept so that nothing is lost or counted twice: a line for each span, each with a checksum.

A folder holds ``sweep.json``, which says what is swept, and ``spans.log``, to which a line is added, and written
through to the disk, when a span is judged or a broken point is looked into. A line that was cut off or damaged is not
believed: its span is judged again.
"""

from __future__ import annotations

import json
import os
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gradcheck.environment import describe_environment
from gradcheck.errors import UsageError
from gradcheck.files import read_text, write_whole
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.plan import Plan, Span
from gradcheck.sweep.tally import Tally

FORMAT = "gradcheck-sweep"
VERSION = 1
_HEADER, _LINES, _LOCK = "sweep.json", "spans.log", ".lock"


@dataclass(frozen=True)
class Done:
    """A span that was judged, and what was found."""

    span: Span
    tally: Tally
    broken: tuple[Broken, ...] = ()
    killed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        broken = [[one.point, one.law, one.engine] for one in self.broken]
        span = [self.span.start, self.span.stop]
        return {"span": span, "tally": self.tally.to_json(), "broken": broken, "killed": self.killed}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Done:
        """Build what `to_json` stored."""
        broken = tuple(Broken(*one) for one in stored["broken"])
        return cls(Span(*stored["span"]), Tally.from_json(stored["tally"]), broken, str(stored["killed"]))


@dataclass(frozen=True)
class Cause:
    """Why laws are broken: the smallest case found from a broken point.

    Attributes:
        broken: The point it was found from.
        name: The same for all points that shrink to the same case.
        words: What is broken, in a line.
        witness: File name of the witness, beside the log.
    """

    broken: Broken
    name: str
    words: str
    witness: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        at = [self.broken.point, self.broken.law, self.broken.engine]
        return {"cause": at, "name": self.name, "words": self.words, "witness": self.witness}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Cause:
        """Build what `to_json` stored."""
        return cls(Broken(*stored["cause"]), stored["name"], stored["words"], stored["witness"])


@dataclass
class Log:
    """What is swept in a folder, and what is done of it.

    Attributes:
        plans: One, or those that were merged: the points of the i-th have ``i * MOST_POINTS`` added to their numbers.
        environments: Where it was swept: versions, machine and flags.
        done: What was judged, in the order in which it was.
        causes: By broken point.
    """

    folder: Path
    plans: tuple[Plan, ...]
    environments: tuple[Mapping[str, str], ...]
    done: list[Done] = field(default_factory=list)
    causes: dict[Broken, Cause] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan of a sweep that is no merge of several."""
        return self.plans[0]

    @property
    def points(self) -> int | None:
        """How many points are planned; ``None`` if some plan goes on for as long as there is time."""
        planned = [plan.points for plan in self.plans]
        return None if None in planned else sum(number or 0 for number in planned)

    @property
    def broken(self) -> Iterator[Broken]:
        """Yield the broken points that spans named."""
        for one in self.done:
            yield from one.broken

    @property
    def tally(self) -> Tally:
        """Return everything that was counted."""
        total = Tally()
        for one in self.done:
            total += one.tally
        return total

    @property
    def judged(self) -> int:
        """How many points are done."""
        return sum(len(one.span) for one in self.done)

    def add(self, entry: Done | Cause) -> None:
        """Write a line through to the disk, and believe it only then.

        Raises:
            UsageError: It cannot be written, for want of space, say; what was written before stays.
        """
        path = self.folder / _LINES
        line = _line(entry.to_json())
        try:
            with path.open("ab") as file:
                end = file.tell()
                try:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.truncate(path, end)
                    raise
        except OSError as error:
            raise UsageError(
                f"cannot write {path}: {error.strerror}; what is done so far is kept: go on with --resume {self.folder}"
            ) from error
        self._believe(entry)

    def _believe(self, entry: Done | Cause) -> None:
        if isinstance(entry, Done):
            self.done.append(entry)
        else:
            self.causes[entry.broken] = entry

    def missing(self) -> Iterator[Span]:
        """Yield what is left of the plan, span by span."""
        covered = Covered([one.span for one in self.done])
        for span in self.plan.spans():
            yield from covered.without(span)


def create(folder: Path, plan: Plan) -> Log:
    """Start a sweep in a new folder.

    Raises:
        UsageError: The folder holds a sweep already, or cannot be written.
    """
    log = Log(folder, (plan,), (describe_environment(),))
    start(log)
    return log


def start(log: Log) -> None:
    """Write a folder in which nothing is done yet.

    Raises:
        UsageError: It holds a sweep already, or cannot be written.
    """
    if (log.folder / _HEADER).exists():
        raise UsageError(
            f"{log.folder} holds a sweep already: go on with --resume {log.folder}, or name another with --out"
        )
    plans, environments = [plan.to_json() for plan in log.plans], [dict(one) for one in log.environments]
    header = {"format": FORMAT, "version": VERSION, "plans": plans, "environments": environments}
    write_whole(log.folder / _LINES, "")
    write_whole(log.folder / _HEADER, json.dumps(header, indent=1) + "\n")


def read(folder: Path) -> Log:
    """Read what a sweep has done.

    Raises:
        UsageError: The folder holds no sweep, or one of another version.
    """
    path = folder / _HEADER
    if not path.exists():
        raise UsageError(f"{folder} holds no sweep: {_HEADER} is not there")
    try:
        header = json.loads(read_text(path))
        known = header["format"] == FORMAT
        version = header["version"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no sweep's: {error}") from error
    if not known:
        raise UsageError(f'{path} is no sweep\'s: expected "format": "{FORMAT}"')
    if version != VERSION:
        raise UsageError(f"{path} has sweep version {version!r}; this gradcheck reads version {VERSION}")
    plans = tuple(Plan.from_json(plan) for plan in header["plans"])
    log = Log(folder, plans, tuple(header["environments"]))
    covered = Covered([])
    for stored in _lines(folder / _LINES):
        if "cause" in stored:
            log._believe(Cause.from_json(stored))
        elif covered.takes((done := Done.from_json(stored)).span):
            log._believe(done)
    return log


@contextmanager
def resumed(folder: Path) -> Iterator[Log]:
    """Hold a folder's sweep, to go on with it: only one process may.

    Raises:
        UsageError: Another process holds it, or it cannot be read.
    """
    if not (folder / _HEADER).exists():
        raise UsageError(f"{folder} holds no sweep: {_HEADER} is not there")
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(f"{folder} is being swept by another process") from error
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from error
    try:
        _cut_off_tail(folder / _LINES)
        log = read(folder)
        if len(log.plans) > 1:
            raise UsageError(f"{folder} is a merge of several sweeps: go on with each of them, then merge them again")
        yield log
    finally:
        lock.release()


class Covered:
    """Spans that are done, none of which overlap."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(spans, key=lambda span: span.start)
        self._starts = [span.start for span in self._spans]

    def takes(self, span: Span) -> bool:
        """Add a span, unless some of it is there."""
        if next(iter(self.without(span)), None) != span:
            return False
        place = bisect_right(self._starts, span.start)
        self._spans.insert(place, span)
        self._starts.insert(place, span.start)
        return True

    def without(self, span: Span) -> Iterator[Span]:
        """Yield what of a span is not done."""
        start = span.start
        place = max(0, bisect_right(self._starts, start) - 1)
        for other in self._spans[place:]:
            if other.start >= span.stop or start >= span.stop:
                break
            if other.start > start:
                yield Span(start, other.start)
            start = max(start, other.stop)
        if start < span.stop:
            yield Span(start, span.stop)


def _line(values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, separators=(",", ":"), allow_nan=False).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield every line whose checksum is right."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    for line in content.split(b"\n"):
        checksum, _, text = line.partition(b" ")
        if checksum == b"%08x" % zlib.crc32(text) and text:
            yield json.loads(text)


def _cut_off_tail(path: Path) -> None:
    """Remove a last line that was not written to its end, so that the next one starts on its own."""
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        os.truncate(path, whole)
