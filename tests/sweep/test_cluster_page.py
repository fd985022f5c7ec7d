"""The walk through a sweep on a cluster, run as it is written: a worker is killed half-way, and no point is lost."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from gradcheck.sweep.log import read

PAGE = Path(__file__).parent.parent.parent / "docs" / "cluster.md"
LIMIT = 900.0  # far more than it takes


def commands() -> str:
    """Return what the page runs, on a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return "".join(found).replace("8786", str(port))


def test_the_page_loses_a_worker_and_no_point(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    script = commands()
    assert script.count("kill -9 $second\n") == 1
    # The page is read in a shell of a person's, in which gradcheck is installed.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shell = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, errors = shell.communicate(timeout=LIMIT)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, errors
    closing = "100,000 points on 7 graphs, all laws hold"
    assert closing in PAGE.read_text()
    assert out.count(closing) == 3  # of the sweep, of the report and of going on
    # It was killed while there was something left to do, and was there to do it.
    log = (tmp_path / "scheduler.log").read_text()
    assert log.index("Remove worker") < log.index("Remove client")
    found = read(tmp_path / "swept")
    assert sorted(n for one in found.done for n in range(one.span.start, one.span.stop)) == list(range(100_000))
    assert found.tally.points == sum(count.judged for count in found.tally.counts.values()) == 100_000
    assert not found.tally.broken
    assert not found.tally.errors
