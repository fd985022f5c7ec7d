"""A recording that kills itself at a certain moment, as a power cut would."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck import files
from gradcheck.baseline.case import Baseline, Case, Sort
from gradcheck.baseline.record import forget, record
from gradcheck.baseline.store import save

PROBLEMS: dict[str, Mapping[str, Any]] = {f"graph-{i}": {"kind": "graph", "number": i} for i in range(8)}


def compute(name: str, problem: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> list[Case]:
    """Answer without TensorFlow; note that this was computed."""
    return [Case(f"{name}/eager", name, Sort.GRADIENT, {}, {"w": np.arange(problem["number"], dtype=np.float32)})]


def whole() -> Baseline:
    """Return what a recording gives that nobody stops."""
    return record(PROBLEMS, run=compute, workers=1)


def record_and_die(file: Path, moment: int) -> None:
    """Record into a file, and be killed before or after the so manieth file is put in its place."""
    replace, count = os.replace, -1

    def dying(source: str, target: str) -> None:
        nonlocal count
        count += 1
        if count == moment // 2 and moment % 2 == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        if count == moment // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    files.os.replace = dying
    kept = file.with_name("kept")
    save(record(PROBLEMS, run=compute, workers=1, kept=kept), file)
    forget(kept)
