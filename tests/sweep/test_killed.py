"""A sweep that is killed at any moment goes on: no point is lost, and none counts twice."""

from __future__ import annotations

import multiprocessing
import random
import signal
from pathlib import Path

import psutil
import pytest

from gradcheck.errors import UsageError
from gradcheck.sweep.log import Log, create, read
from gradcheck.sweep.plan import Plan
from sweep import driver
from sweep.driver import WAYS
from sweep.made import plain, whole
from sweep.processes import LIMIT, wait_until_ended

PLAN = Plan(3000, seed=5, batch=4, points_a_graph=256, points_a_span=32)
MOMENTS = 12

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["sweep.driver"])


def run(target, *args: object) -> int | None:
    process = processes.Process(target=target, args=args)
    process.start()
    process.join(LIMIT)
    return process.exitcode


def check_once(log: Log) -> None:
    """No point counts twice, and the counts are those of the points."""
    numbers = [n for one in log.done for n in range(one.span.start, one.span.stop)]
    assert len(numbers) == len(set(numbers)) == log.judged
    assert plain(log.tally) == whole(PLAN, without=set(range(3000)) - set(numbers))


@pytest.mark.parametrize("seed", range(2))
def test_a_sweep_that_is_killed_again_and_again_counts_what_one_does_that_is_not(tmp_path: Path, seed: int) -> None:
    folder, chance = tmp_path / "sweep", random.Random(seed)
    create(folder, PLAN)
    judged = 0
    for _ in range(MOMENTS):
        line, way = chance.randint(1, 7), chance.choice(WAYS)
        assert run(driver.sweep_and_die, folder, line, way) == -signal.SIGKILL
        log = read(folder)
        # What was on the disk stays there.
        added = len(log.done) + len(log.causes)
        assert log.judged >= judged
        assert added >= line - 1
        judged = log.judged
        check_once(log)
    assert run(driver.sweep, folder) == 0
    assert plain(read(folder).tally) == whole(PLAN)
    assert not list(folder.glob(".gradcheck-*"))
    names = {cause.witness for cause in read(folder).causes.values()}
    assert {path.name for path in folder.glob("witness-*")} == names == {f"witness-cause-{i}.json" for i in range(6)}


@pytest.mark.parametrize("name", [1, 2, 4])
def test_a_sweep_that_is_killed_while_it_writes_a_witness_writes_it_again(tmp_path: Path, name: int) -> None:
    folder = tmp_path / "sweep"
    create(folder, PLAN)
    assert run(driver.sweep_and_die_naming, folder, name) == -signal.SIGKILL
    check_once(read(folder))
    assert run(driver.sweep, folder) == 0
    assert plain(read(folder).tally) == whole(PLAN)
    assert all((folder / cause.witness).exists() for cause in read(folder).causes.values())


def test_a_sweep_that_is_killed_from_outside_leaves_no_process_and_no_lock(tmp_path: Path) -> None:
    folder, chance = tmp_path / "sweep", random.Random(7)
    create(folder, PLAN)
    for _ in range(4):
        process = processes.Process(target=driver.sweep, args=(folder,))
        before = (folder / "spans.log").stat().st_size
        process.start()
        wanted = before + chance.randint(1, 4000)
        while process.is_alive() and (folder / "spans.log").stat().st_size < wanted:
            pass
        children = psutil.Process(process.pid).children(recursive=True) if process.is_alive() else []
        process.kill()
        process.join(LIMIT)
        wait_until_ended(children)
        check_once(read(folder))
    assert run(driver.sweep, folder) == 0
    assert plain(read(folder).tally) == whole(PLAN)


def test_a_start_that_is_killed_is_started_again(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    assert run(driver.start_and_die, folder, PLAN) == -signal.SIGKILL
    with pytest.raises(UsageError, match="holds no sweep"):
        read(folder)
    create(folder, PLAN)
    assert read(folder).judged == 0
