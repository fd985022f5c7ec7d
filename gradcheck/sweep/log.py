"""What a sweep has done, kept so that nothing is lost or counted twice: a line for each span, each with a checksum.

A folder holds ``sweep.json``, which says what is swept, and ``spans.log``, to which a line is added, and written
through to the disk, when a span is judged or a broken point is looked into. A line that was cut off or damaged is not
believed: its span is judged again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gradcheck.environment import describe_environment
from gradcheck.errors import UsageError
from gradcheck.files import read_text, write_bytes, write_whole
from gradcheck.sweep.covered import Covered
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.lines import append, checksum, cut_off_tail, read_lines, to_line
from gradcheck.sweep.plan import Plan, Span
from gradcheck.sweep.tally import Tally

FORMAT = "gradcheck-sweep"
VERSION = 2
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
        broken = [one.to_json() for one in self.broken]
        span = [self.span.start, self.span.stop]
        return {"span": span, "tally": self.tally.to_json(), "broken": broken, "killed": self.killed}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Done:
        """Build what `to_json` stored."""
        broken = tuple(map(Broken.from_json, stored["broken"]))
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
        return {"cause": self.broken.to_json(), "name": self.name, "words": self.words, "witness": self.witness}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Cause:
        """Build what `to_json` stored."""
        return cls(Broken.from_json(stored["cause"]), stored["name"], stored["words"], stored["witness"])


@dataclass
class Log:
    """What is swept in a folder, and what is done of it.

    Attributes:
        plans: One, or those that were merged: the points of the i-th have ``i * MOST_POINTS`` added to their numbers.
        environments: Where it was swept: versions, machine and flags.
        part: ``(k, n)`` if it is only every n-th span, from the k-th, so that n machines share one plan.
        done: What was judged, in the order in which it was.
        causes: By broken point.
    """

    folder: Path
    plans: tuple[Plan, ...]
    environments: tuple[Mapping[str, str], ...]
    part: tuple[int, int] = (1, 1)
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
        try:
            append(path, to_line(entry.to_json()))
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}; {self.kept}") from error
        self._believe(entry)

    @property
    def kept(self) -> str:
        """What to say when a sweep cannot go on."""
        return f"what is done so far is kept: go on with gradcheck sweep --resume {self.folder}"

    def _believe(self, entry: Done | Cause) -> None:
        if isinstance(entry, Done):
            self.done.append(entry)
        else:
            self.causes[entry.broken] = entry

    def missing(self) -> Iterator[Span]:
        """Yield what is left of the plan's part, span by span."""
        covered = Covered([one.span for one in self.done])
        part, parts = self.part
        for number, span in enumerate(self.plan.spans()):
            if number % parts == part - 1:
                yield from covered.without(span)


def create(folder: Path, plan: Plan, part: tuple[int, int] = (1, 1)) -> Log:
    """Start a sweep in a new folder.

    Raises:
        UsageError: The folder holds a sweep already, or cannot be written.
    """
    log = Log(folder, (plan,), (describe_environment(),), part)
    write(log)
    return log


def write(log: Log) -> None:
    """Write a new folder; there is a sweep in it only once all is written.

    Raises:
        UsageError: It holds a sweep already, or cannot be written.
    """
    check_new(log.folder)
    entries: tuple[Done | Cause, ...] = (*log.done, *log.causes.values())
    write_bytes(log.folder / _LINES, b"".join(to_line(entry.to_json()) for entry in entries))
    _write_header(log)


def check_new(folder: Path) -> None:
    """Refuse a folder that holds a sweep.

    Raises:
        UsageError: It does.
    """
    if (folder / _HEADER).exists():
        raise UsageError(f"{folder} holds a sweep already: go on with --resume {folder}, or name another with --out")
    lines = folder / _LINES
    if lines.exists() and lines.stat().st_size:
        raise UsageError(f"{folder} holds a {_LINES} without its {_HEADER}: name another with --out")


def _write_header(log: Log) -> None:
    header: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "plans": [plan.to_json() for plan in log.plans],
        "part": list(log.part),
        "environments": [dict(one) for one in log.environments],
    }
    header["checksum"] = _checksum(header)
    write_whole(log.folder / _HEADER, json.dumps(header, indent=1) + "\n")


def _checksum(header: Mapping[str, Any]) -> str:
    """Sum up all else: a flipped bit in a seed would have other points counted as these."""
    text = json.dumps({name: value for name, value in header.items() if name != "checksum"}, sort_keys=True)
    return checksum(text.encode())


def read(folder: Path) -> Log:
    """Read what a sweep has done.

    Raises:
        UsageError: The folder holds no sweep, or one of another version.
    """
    header = _header(folder / _HEADER)
    plans = tuple(Plan.from_json(plan) for plan in header["plans"])
    log = Log(folder, plans, tuple(header["environments"]), tuple(header["part"]))
    covered = Covered([])
    for stored in read_lines(folder / _LINES):
        if "cause" in stored:
            log._believe(Cause.from_json(stored))
        elif covered.takes((done := Done.from_json(stored)).span):
            log._believe(done)
    return log


def _header(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise UsageError(f"{path.parent} holds no sweep: {_HEADER} is not there")
    try:
        header = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} is no sweep's: {error}") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise UsageError(f'{path} is no sweep\'s: expected "format": "{FORMAT}"')
    if header.get("version") != VERSION:
        raise UsageError(f"{path} has sweep version {header.get('version')!r}; this gradcheck reads version {VERSION}")
    if header.get("checksum") != _checksum(header):
        raise UsageError(f"{path} is damaged: its checksum is not that of what it says")
    return header


@contextmanager
def started(folder: Path, plan: Plan, part: tuple[int, int] = (1, 1)) -> Iterator[Log]:
    """Start a sweep in a new folder and hold it, so that no other process writes there.

    Raises:
        UsageError: The folder holds a sweep already, or cannot be written.
    """
    check_new(folder)
    with _held(folder):
        yield create(folder, plan, part)


@contextmanager
def resumed(folder: Path) -> Iterator[Log]:
    """Hold a folder's sweep, to go on with it: only one process may.

    Raises:
        UsageError: Another process holds it, or it cannot be read.
    """
    if not (folder / _HEADER).exists():
        raise UsageError(f"{folder} holds no sweep: {_HEADER} is not there")
    with _held(folder):
        cut_off_tail(folder / _LINES)
        log = read(folder)
        if len(log.plans) > 1:
            raise UsageError(f"{folder} is a merge of several sweeps: go on with each of them, then merge them again")
        if (here := describe_environment()) not in log.environments:
            log.environments = (*log.environments, here)
            _write_header(log)
        yield log


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / _LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(f"{folder} is being swept by another process") from error
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
