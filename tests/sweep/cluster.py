"""A Dask scheduler and its workers on this machine, as `docs/cluster.md` starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil

from sweep.processes import wait_until

# One death is enough to be told: nobody waits for three more.
SETTINGS = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0", "DASK_DISTRIBUTED__ADMIN__LOG_LENGTH": "0"}


class Processes(ExitStack):
    """Processes that end when this does."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.file = folder / "scheduler.json"

    def scheduler(self) -> Any:
        return self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)
        )

    def address(self) -> str:
        """Wait for the scheduler, and return its address."""
        wait_until(lambda: bool(self._told()))
        found: str = self._told()["address"]
        return found

    def _told(self) -> dict[str, Any]:
        """Return what the scheduler wrote of itself: its file is there before its content is."""
        try:
            found: dict[str, Any] = json.loads(self.file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found

    def worker(self) -> Any:
        options = ("--nthreads", "1", "--no-dashboard", "--death-timeout", "60", "--local-directory", str(self.folder))
        return self._start("worker", "--scheduler-file", str(self.file), *options)

    def _start(self, *command: str) -> Any:
        environment = {**os.environ, **SETTINGS, "PYTHONPATH": str(Path(__file__).parent.parent)}
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.callback(end, process)
        return process


def end(started: Any) -> None:
    """End a process with all that it has started."""
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(started.pid).children(recursive=True)
    started.kill()
    started.wait()
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.kill()


def judging_process(worker: Any) -> psutil.Process:
    """Return the process in which a worker's nanny lets it judge."""
    children = psutil.Process(worker.pid).children()
    (found,) = [one for one in children if "resource_tracker" not in " ".join(one.cmdline())]
    return found
