"""Running other programs, and keeping what they say for when they fail."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Protocol

from gradcheck.errors import UsageError

_EVERY = 0.5  # seconds between two looks
_PATIENCE = 10.0  # seconds that a program has to end its own processes
_SHOWN = 6  # lines of what a program said last
_PARENT_DEATH_SIGNAL = 1  # of prctl(2)


@dataclass(frozen=True)
class Finished:
    """A program that has ended.

    Attributes:
        code: Its exit code; of one that was killed the signal's number, negative.
        output: What it wrote, to stdout and to stderr.
    """

    code: int
    output: str

    @property
    def last_lines(self) -> str:
        """What it said last, indented."""
        lines = [line.rstrip() for line in self.output.splitlines() if line.strip()]
        return "\n".join(f"  {line[:300]}" for line in lines[-_SHOWN:]) or "  (it said nothing)"


class Runner(Protocol):
    """How programs are run."""

    def __call__(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        tick: Callable[[], None] | None = None,
    ) -> Finished:
        """Run a command to its end.

        Args:
            command: The program and its arguments.
            folder: Where it runs; the current folder if not given.
            environment: Its environment variables; those of this process if not given.
            tick: Called now and then while it runs.
        """


def run_program(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    tick: Callable[[], None] | None = None,
) -> Finished:
    """Run a command as `Runner` says; when this process is interrupted, or on Linux killed, it ends too.

    Raises:
        UsageError: There is no such program.
    """
    # A file, not a pipe: a pipe that nobody reads stops the program when it is full.
    with TemporaryFile() as output:
        try:
            program = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # so that it is interrupted once, by us
                preexec_fn=_ending_with_parent(),  # noqa: PLW1509  # one call of C: it takes no lock
            )
        except OSError as error:
            raise UsageError(f"cannot run {command[0]}: {error.strerror}") from error
        try:
            code = _wait(program, tick or (lambda: None))
        finally:
            if program.poll() is None:
                _stop(program)
        output.seek(0)
        return Finished(code, output.read().decode(errors="replace"))


def _ending_with_parent() -> Callable[[], object] | None:
    """Return what a new process does first, so that it is killed when the one that made it ends in any way."""
    if not sys.platform.startswith("linux"):
        return None
    return partial(ctypes.CDLL(None).prctl, _PARENT_DEATH_SIGNAL, int(signal.SIGKILL))


def _wait(program: subprocess.Popen[bytes], tick: Callable[[], None]) -> int:
    while True:
        try:
            return program.wait(_EVERY)
        except subprocess.TimeoutExpired:
            tick()


def _stop(program: subprocess.Popen[bytes]) -> None:
    """Interrupt a program as a person would, so that it ends its own processes; kill it if it goes on."""
    if os.name == "posix":
        program.send_signal(signal.SIGINT)
    else:
        program.terminate()
    try:
        program.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
