"""What a worker needed is told in bytes on every system; where nobody knows it, it works all the same."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from gradcheck.sweep import memory


def test_the_peak_is_in_bytes() -> None:
    array = np.ones(2**24)
    assert array.nbytes < memory.peak() < 1000 * array.nbytes


def test_macos_counts_bytes_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    here = memory.peak()
    monkeypatch.setattr("sys.platform", "darwin")
    assert here / 2 < memory.peak() * 1024 < here * 2


def test_windows_has_neither_the_module_nor_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr("ctypes.CDLL", len)  # None is no library's name there
    assert memory.peak() == 0
    memory.keep_what_is_freed()


def test_a_worker_starts_without_the_module() -> None:
    code = "import sys; sys.modules['resource'] = None; import gradcheck.sweep.task"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
