"""Recordings: each made in an environment by a process of its own, and kept while nothing it depends on changes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from gradcheck.backend import OLDER_TOO
from gradcheck.baseline.case import Baseline
from gradcheck.baseline.store import load
from gradcheck.environment import FLAGS, describe_machine
from gradcheck.errors import UsageError
from gradcheck.files import read_text, write_whole
from gradcheck.upgrade.environments import Environment
from gradcheck.upgrade.running import Finished, Runner

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Recorder:
    """Makes recordings.

    Attributes:
        run: How programs are run.
        folder: Where recordings are kept.
        code: Changes whenever gradcheck's own code does.
        target: A user's losses, as ``MODULE:FUNCTION``; the default problems if not given.
        inputs: Descriptions of their arguments.
        only: Patterns of problems.
        fresh: Whether what is kept is recorded again.
        progress: Told what is recorded, and the share of it that is done.
    """

    run: Runner
    folder: Path
    code: str
    target: str | None = None
    inputs: Sequence[str] = ()
    only: Sequence[str] = ()
    fresh: bool = False
    progress: Progress = lambda *_: None

    def first(self, environment: Environment) -> Baseline:
        """Record what the later ones will be held against.

        Raises:
            UsageError: Nothing could be recorded, and why.
        """
        given = [part for text in self.inputs for part in ("--input", text)]
        only = [part for glob in self.only for part in ("--only", glob)]
        return self._record(environment, self.path(environment.version), [*given, *only])

    def again(self, environment: Environment, like: Path, names: Sequence[str], label: str = "again") -> Baseline:
        """Record some problems of another recording: in one environment once more, or in a third.

        Raises:
            UsageError: Nothing could be recorded, and why.
        """
        only = [part for name in names for part in ("--only", escape(name))]
        file = self.path(environment.version, label)
        return self._record(environment, file, ["--like", str(like), *only], like, len(names))

    def like(self, environment: Environment, like: Path, count: int) -> Baseline:
        """Record all problems of another recording.

        Raises:
            UsageError: Nothing could be recorded, and why.
        """
        return self._record(environment, self.path(environment.version), ["--like", str(like)], like, count)

    def path(self, version: str, label: str = "") -> Path:
        """Return where a recording is kept."""
        return self.folder / f"tensorflow-{version}{label and f'-{label}'}.safetensors"

    def _record(
        self, environment: Environment, file: Path, options: Sequence[str], like: Path | None = None, count: int = 0
    ) -> Baseline:
        named = ["--target", self.target] if self.target else []
        arguments = ["baseline", "record", str(file), *options, *named, "--resume"]
        if not self._kept(file, self._key(environment, arguments, like)):
            what = f"TensorFlow {environment.version}: recording"
            told = self.run(
                [str(environment.python), *self._flags(), "-m", "gradcheck", *arguments],
                environment={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", OLDER_TOO: "1"},
                tick=lambda: self.progress(*_share(file, what, count)),
            )
            if told.code:
                raise _failed(environment.version, told)
        return load(file)

    def _flags(self) -> list[str]:
        """Import nothing from the current folder but what the user names."""
        return ["-s"] if self.target else ["-I"]

    def _kept(self, file: Path, key: str) -> bool:
        """Whether a recording is there; one of something else, and what is left of it, is removed."""
        note = file.with_suffix(".json")
        # Of a user's code nothing tells whether it has changed.
        usable = not self.fresh and not self.target and note.is_file() and read_text(note) == key
        if usable and file.is_file():
            return True
        if not usable:
            _forget(file)
            write_whole(note, key)
        return False

    def _key(self, environment: Environment, arguments: Sequence[str], like: Path | None) -> str:
        depends = {
            "environment": environment.stamp,
            "gradcheck": self.code,
            "machine": describe_machine(),
            "flags": {flag: os.environ[flag] for flag in FLAGS if flag in os.environ},
            "arguments": list(arguments),
            "like": hashlib.sha256(like.read_bytes()).hexdigest() if like else "",
        }
        return json.dumps(depends, indent=1) + "\n"


def _share(file: Path, what: str, count: int) -> tuple[str, float]:
    """Return what is recorded and how much of it is done, as the files that are kept tell."""
    done = len(list(file.with_name(f"{file.name}.partial").glob("*.part")))
    if not count:
        return f"{what}, {done} problems done", 0.0
    return f"{what}, {done} of {count} problems done", done / count


def _forget(file: Path) -> None:
    from gradcheck.baseline.record import forget

    forget(file.with_name(f"{file.name}.partial"))
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot remove {file}: {error.strerror}") from error


def _failed(version: str, told: Finished) -> UsageError:
    said = [line for line in told.output.splitlines() if line.startswith("gradcheck: ")]
    if told.code == 2 and said:
        return UsageError(f"TensorFlow {version}: {said[-1].removeprefix('gradcheck: ')}")
    return UsageError(f"TensorFlow {version}: recording ended with exit code {told.code}; it says\n{told.last_lines}")
