"""Processes of this machine: one that dies is replaced, and what it ran says how."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from gradcheck.errors import UsageError
from gradcheck.sweep import run, workers
from gradcheck.sweep.log import create, read
from gradcheck.sweep.run import Sweep
from gradcheck.sweep.workers import Local
from sweep import deaths, made, mortal
from sweep.made import PLAN, plain, whole
from sweep.processes import LIMIT, wait_until_ended

SHORT = replace(PLAN, points_a_span=8)  # few deaths lead to a point


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    with Local(2) as found:
        yield found


@pytest.mark.parametrize(("death", "code"), [(deaths.exits, 11), (deaths.is_killed, -signal.SIGKILL)])
def test_a_process_that_dies_is_replaced(local: Local, death, code: int) -> None:
    error = local.submit(death, None).exception(LIMIT)
    assert error is not None
    assert local.why_killed(error) == f"its process ended with exit code {code}"
    assert local.submit(deaths.returns, 7).result(LIMIT)[0] == 7


def test_what_raises_has_not_died(local: Local) -> None:
    error = local.submit(deaths.raises, "no").exception(LIMIT)
    assert isinstance(error, ValueError)
    assert local.why_killed(error) == ""


def test_only_what_ran_in_a_process_is_blamed_for_its_death(local: Local) -> None:
    futures = [local.submit(deaths.is_killed if number == 3 else deaths.returns, number) for number in range(12)]
    wait(futures, LIMIT)
    assert [number for number, future in enumerate(futures) if future.exception()] == [3]


def outcome(local: Local, future: Future[Any]) -> BaseException | None:
    """Return what a task raised, and look after the workers until it is known."""
    while True:
        local.check()
        if wait([future], 0.1).done:
            return future.exception()


def test_processes_that_are_killed_while_idle_are_replaced_all_the_same() -> None:
    with Local(1) as local:
        _, process = local.submit(deaths.returns, 0).result(LIMIT)
        os.kill(process, signal.SIGKILL)
        # What is submitted before the death is noticed is told that it was killed, or waits for the next process.
        while error := outcome(local, future := local.submit(deaths.returns, 1)):
            assert isinstance(error, BrokenProcessPool)
            assert local.why_killed(error) == "the processes that judge ended"
        assert future.result()[1] != process


def test_processes_that_end_as_soon_as_they_start_stop_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start_worker", deaths.cannot_start)
    with Local(1) as local, pytest.raises(UsageError, match="ended as soon as they started, 4 times in a row"):
        go_on(local)


def go_on(local: Local) -> None:
    while True:
        error = outcome(local, local.submit(deaths.returns, 1))
        assert error is not None
        assert local.why_killed(error)


def test_processes_end_with_the_pool() -> None:
    with Local(1) as local:
        _, process = local.submit(deaths.returns, 0).result(LIMIT)
        local.submit(deaths.never_returns, None)
    assert not psutil.pid_exists(process)


def test_a_sweep_finds_the_points_that_end_their_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "work", mortal.work)
    monkeypatch.setattr(run, "look", made.look)
    log = create(tmp_path / "sweep", SHORT)
    with Local(2) as local:
        Sweep(log, local).run()
    given_up = {one.span.start: one.killed for one in read(log.folder).done if one.killed}
    assert given_up == {
        mortal.EXITS: "its process ended with exit code 11",
        mortal.IS_KILLED: "its process ended with exit code -9",
    }
    tally = plain(read(log.folder).tally)
    assert sum(number for *_, number in tally.pop("errors")) == 2
    assert tally == {name: v for name, v in whole(without=[mortal.EXITS, mortal.IS_KILLED]).items() if name != "errors"}
    names = sorted(path.name for path in log.folder.glob("ended-*"))
    assert names == [f"ended-{SHORT.name}-300.json", f"ended-{SHORT.name}-900.json"]


HOLD = """
from gradcheck.sweep.workers import Local
from sweep import deaths
if __name__ == "__main__":
    local = Local(2)
    processes = {local.submit(deaths.returns, number).result()[1] for number in range(20)}
    held = local.submit(deaths.never_returns, None)
    while not held.running():
        pass
    print(*processes, flush=True)
    input()
"""


def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "hold.py"
    script.write_text(HOLD)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline()
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) >= 2
        parent.kill()
        parent.wait()
        # One of them is busy, and would not look at its pipe for as long as it is.
        wait_until_ended(children)


def test_a_process_is_replaced_before_it_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_TASKS", 2)
    with Local(1) as local:
        processes = [local.submit(os.getpid).result(LIMIT) for _ in range(5)]
    assert processes[0] == processes[1] != processes[2] == processes[3] != processes[4]
