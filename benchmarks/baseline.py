"""Measure what a baseline of the default corpus costs: recording it, its file, loading and comparing it.

Required on two cores: at least 2,000 cases recorded in 2 minutes, a file under 20 MB, a comparison in 5 seconds.

Exit code: 0 as required, 1 not.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gradcheck.baseline.compare import compare
from gradcheck.baseline.corpus import default_problems
from gradcheck.baseline.record import record
from gradcheck.baseline.store import load, save

FEWEST_CASES = 2_000
MOST_SECONDS = {"record": 120.0, "load and compare": 5.0}
MOST_BYTES = 20_000_000
console = Console()


def clock(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call took, and what it returned."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def main() -> int:
    """Print each figure beside what is required."""
    recording, made = clock(lambda: record(default_problems()))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "baseline.safetensors"
        save(made, file)
        comparing, found = clock(lambda: compare(load(file), load(file)))
        size = file.stat().st_size
    rows = [
        ("cases", f"{len(made.cases):,}", f"at least {FEWEST_CASES:,}", len(made.cases) >= FEWEST_CASES),
        ("record", f"{recording:.1f} s", f"{MOST_SECONDS['record']:g} s", recording <= MOST_SECONDS["record"]),
        ("file", f"{size / 1e6:.1f} MB", f"{MOST_BYTES / 1e6:g} MB", size <= MOST_BYTES),
        ("load and compare", f"{comparing:.2f} s", "5 s", comparing <= MOST_SECONDS["load and compare"]),
    ]
    table = Table("what", "measured", "required", "", title=f"{os.cpu_count()} processors, {found.verdict.value}")
    for what, measured, required, fine in rows:
        table.add_row(what, measured, required, "" if fine else "not met")
    console.print(table)
    return int(not all(fine for *_, fine in rows))


if __name__ == "__main__":
    sys.exit(main())
