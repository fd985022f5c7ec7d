"""Waiting for other processes, and not for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event
from time import monotonic

import psutil

LIMIT = 600.0  # seconds; far more than anything here takes


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    started, never = monotonic(), Event()
    while not holds():
        assert monotonic() - started < LIMIT
        never.wait(0.01)  # the processor is the other process's meanwhile


def wait_until_ended(processes: Iterable[psutil.Process]) -> None:
    """Wait for the end of processes."""
    for process in processes:
        wait_until(lambda process=process: not _lives(process))  # type: ignore[misc]


def _lives(process: psutil.Process) -> bool:
    """Whether a process runs: one that its parent has not asked for yet has ended all the same."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
