"""A sweep in a process of its own that kills itself at a certain moment, as a power cut would."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pebble  # imported once, by the server that forks

from gradcheck import files
from gradcheck.sweep import lines, log, run, workers
from gradcheck.sweep.log import create, resumed
from gradcheck.sweep.plan import Plan
from gradcheck.sweep.run import Sweep
from gradcheck.sweep.workers import Local
from sweep import made

WAYS = ("before", "after a part of it", "before it is on the disk", "after")


def sweep_and_die(folder: Path, line: int, way: str) -> None:
    """Go on with a sweep, and be killed at the so manieth line that is added."""
    whole, count = lines.append, 0

    def append(path: Path, content: bytes) -> None:
        nonlocal count
        count += 1
        if count != line:
            return whole(path, content)
        if way == "after a part of it":
            with path.open("ab", buffering=0) as file:
                file.write(content[: len(content) // 2])
        if way == "before it is on the disk":
            lines.os.fsync = _die
        if way in ("before it is on the disk", "after"):
            whole(path, content)
        return _die()

    log.append = append
    sweep(folder)


def sweep_and_die_naming(folder: Path, name: int) -> None:
    """Go on with a sweep, and be killed before the so manieth witness has its name."""
    replace, count = os.replace, 0

    def dying(source: str, target: str) -> None:
        nonlocal count
        count += 1
        if count == name:
            _die()
        replace(source, target)

    files.os.replace = dying
    sweep(folder)


def sweep(folder: Path) -> None:
    """Go on with a sweep, judged without TensorFlow in two processes."""
    # Processes that are forked have imported all that they need.
    workers.multiprocessing = SimpleNamespace(get_context=lambda _: multiprocessing.get_context("fork"))
    run.work, run.look = made.work, made.look
    assert pebble.ProcessPool
    with Local(2) as local, resumed(folder) as found:
        Sweep(found, local).run()


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def start_and_die(folder: Path, plan: Plan) -> None:
    """Start a sweep, and be killed before it says what it sweeps."""
    files.os.replace = lambda source, target: _die() if target.name == "sweep.json" else os.rename(source, target)
    create(folder, plan)
