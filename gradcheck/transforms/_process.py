"""Processes that take gradients for this one: devices must be set up before TensorFlow starts."""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from gradcheck.errors import EngineError
from gradcheck.gradient import Array

_SECONDS = 180.0  # two processes import TensorFlow and find each other well within a minute
_MODULE = "gradcheck.transforms._worker"
_TOP = Path(__file__).parents[2]

Setting = tuple[tuple[str, str], ...]


class Workers:
    """Processes that stay, each answering one line for every case; they end when this process does.

    Args:
        settings: Additional environment variables of each process.
        seconds: How long a case may take.
    """

    def __init__(self, settings: Sequence[Setting], seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._errors = [tempfile.TemporaryFile() for _ in settings]  # noqa: SIM115  # closed with the workers
        self._processes = [
            _start(dict(setting), errors) for setting, errors in zip(settings, self._errors, strict=True)
        ]

    @property
    def alive(self) -> bool:
        """Whether every process still runs."""
        return all(process.poll() is None for process in self._processes)

    def run(self, case: Mapping[str, Any]) -> dict[str, Array]:
        """Give every process the same case, and return the arrays that the first one wrote.

        Raises:
            EngineError: A process failed, ended, or took too long; then all of them are ended.
        """
        with tempfile.TemporaryDirectory(prefix="gradcheck-") as folder:
            given, result = Path(folder, "case.json"), Path(folder, "result.npz")
            given.write_text(json.dumps({**case, "result": str(result)}), encoding="utf-8")
            try:
                for process in self._processes:
                    assert process.stdin is not None
                    process.stdin.write(f"{given}\n".encode())
                self._wait()
            except BaseException as error:
                self.close(0.0)
                if isinstance(error, OSError):
                    raise EngineError(f"a worker process is gone: {error}") from error
                raise
            with np.load(result, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}

    def close(self, seconds: float = 10.0) -> None:
        """End every process: those that do not end by themselves by force."""
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        for process in self._processes:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for errors in self._errors:
            errors.close()

    def _wait(self) -> None:
        """Wait until all have answered: while one waits for another that failed, it would wait forever."""
        deadline = time.monotonic() + self._seconds
        with selectors.DefaultSelector() as waiting:
            for index, process in enumerate(self._processes):
                assert process.stdout is not None
                waiting.register(process.stdout, selectors.EVENT_READ, (index, bytearray()))
            while waiting.get_map():
                ready = waiting.select(deadline - time.monotonic())
                if not ready or time.monotonic() > deadline:
                    raise EngineError(f"no answer from a worker process within {self._seconds:g} seconds")
                for key, _ in ready:
                    index, answer = key.data
                    answer += os.read(key.fd, 65536) or self._fail(index)
                    if answer.endswith(b"\n"):
                        _check(answer)
                        waiting.unregister(key.fileobj)

    def _fail(self, index: int) -> bytes:
        process, errors = self._processes[index], self._errors[index]
        code = process.wait()
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise EngineError(f"worker process {index} ended with exit code {code}: {lines[-1]}")


def _start(setting: Mapping[str, str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    search = os.pathsep.join(filter(None, [str(_TOP), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        bufsize=0,
        env={**os.environ, "PYTHONPATH": search, **setting},
    )


def _check(answer: bytes) -> None:
    message = json.loads(answer)
    if message["error"]:
        raise EngineError(message["error"])


def workers(settings: Sequence[Setting]) -> Workers:
    """Return processes of these settings, started when they are first asked for."""
    found = _workers(tuple(settings))
    if not found.alive:
        _workers.cache_clear()
        found = _workers(tuple(settings))
    return found


@lru_cache(maxsize=8)
def _workers(settings: tuple[Setting, ...]) -> Workers:
    started = Workers(settings)
    atexit.register(started.close)
    return started
