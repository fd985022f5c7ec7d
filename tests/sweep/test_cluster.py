"""The same tasks on a Dask cluster: the same counts, whatever becomes of a worker."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gradcheck.errors import UsageError
from gradcheck.sweep import run, workers
from gradcheck.sweep.log import create, read
from gradcheck.sweep.plan import Plan
from gradcheck.sweep.run import Seen, Sweep
from gradcheck.sweep.workers import Cluster
from sweep import deaths, made, mortal
from sweep.cluster import Processes, judging_process
from sweep.made import PLAN, plain, whole
from sweep.processes import LIMIT, wait_until

LONG = Plan(2**15, seed=5, batch=4, points_a_graph=256, points_a_span=128)
SHORT = replace(PLAN, points_a_span=8)  # few deaths lead to a point: each costs the start of a worker


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    pytest.importorskip("distributed")
    with Processes(tmp_path_factory.mktemp("cluster")) as found:
        found.scheduler()
        found.address()
        yield found


@pytest.fixture(scope="module")
def address(processes: Processes) -> str:
    return processes.address()


@pytest.fixture(scope="module")
def started(processes: Processes) -> list[Any]:
    return [processes.worker(), processes.worker()]


@pytest.fixture
def pair(started: list[Any], address: str) -> list[Any]:
    """Start two workers, and wait until the scheduler knows both, those that were replaced too."""
    wait_for_workers(address, 2)
    return started


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address) as client:
        client.wait_for_workers(count, timeout=LIMIT)


def test_a_scheduler_without_workers_is_told(address: str) -> None:
    with pytest.raises(UsageError, match=rf"at {address} has no workers: start some with dask worker {address}"):
        Cluster(address)


@pytest.fixture
def _collected() -> Iterator[None]:
    """Let a client that never was one go here: where the thread of another collects it, that waits for itself."""
    yield
    gc.collect()


@pytest.mark.usefixtures("_collected")
def test_no_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_ANSWER", "0.5s")
    with pytest.raises(UsageError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1: "):
        Cluster("tcp://127.0.0.1:1")
    with pytest.raises(UsageError, match=r"no scheduler answers at nowhere://x"):
        Cluster("nowhere://x")


def test_without_dask_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"--scheduler needs Dask: pip install 'gradcheck\[cluster\]'"):
        Cluster("tcp://127.0.0.1:1")


@pytest.mark.usefixtures("pair")
def test_what_raises_has_not_died(address: str) -> None:
    with Cluster(address) as cluster:
        assert cluster.count == 2
        error = cluster.submit(deaths.raises, "no").exception(LIMIT)
        assert isinstance(error, ValueError)
        assert cluster.why_killed(error) == ""
        # The same task is run again: it is no constant.
        assert {cluster.submit(deaths.returns, 1).result(LIMIT)[0] for _ in range(3)} == {1}


@dataclass
class Given:
    """What Dask made of a task."""

    status: str
    outcome: Any

    def result(self) -> Any:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.mark.parametrize(
    ("given", "cancelled"),
    [
        (Given("finished", 7), False),
        (Given("error", ValueError("no")), False),
        (Given("error", OSError("the disk is full")), False),
        (Given("cancelled", CancelledError()), True),
        (Given("finished", OSError("its worker is gone, and the scheduler")), True),
    ],
)
def test_what_becomes_of_a_task_is_passed_on(given: Given, cancelled: bool) -> None:
    found: Future[Any] = Future()
    workers._pass_on(found, given)
    assert found in wait([found], LIMIT).done
    assert found.cancelled() is cancelled
    if not cancelled:
        assert (found.exception() or found.result()) == given.outcome


@pytest.mark.usefixtures("pair")
def test_what_is_given_to_a_cluster_that_is_left_is_cancelled(address: str) -> None:
    with Cluster(address) as cluster:
        pass
    assert cluster.submit(deaths.returns, 1).cancelled()


@pytest.mark.usefixtures("pair")
def test_a_sweep_on_a_cluster_finds_what_one_here_finds(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "work", mortal.work)
    monkeypatch.setattr(run, "look", made.look)
    log = create(tmp_path / "sweep", SHORT)
    with Cluster(address) as cluster:
        Sweep(log, cluster).run()
    given_up = {one.span.start: one.killed for one in read(log.folder).done if one.killed}
    assert given_up == dict.fromkeys((mortal.EXITS, mortal.IS_KILLED), "the workers that ran it died")
    tally = plain(read(log.folder).tally)
    assert sum(number for *_, number in tally.pop("errors")) == 2
    assert tally == {name: v for name, v in whole(without=given_up).items() if name != "errors"}
    assert len(log.causes) == 4
    assert all(cause.witness for cause in log.causes.values())


def test_a_worker_that_is_killed_half_way_loses_nothing(
    address: str, pair: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "work", made.work)
    monkeypatch.setattr(run, "look", made.look)
    log = create(tmp_path / "sweep", LONG)
    killed: list[int] = []

    def kill_one(seen: Seen) -> None:
        if seen.points > LONG.points // 2 and not killed:
            process = judging_process(pair[0])
            killed.append(process.pid)
            process.kill()

    with Cluster(address) as cluster:
        Sweep(log, cluster, show=kill_one).run()
    assert len(killed) == 1
    assert plain(read(log.folder).tally) == whole(LONG)
    assert not [one for one in log.done if one.killed]


def test_a_scheduler_that_is_gone_stops_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "work", made.work)
    monkeypatch.setattr(run, "look", made.look)
    log = create(tmp_path / "sweep", LONG)
    with Processes(tmp_path) as own:
        scheduler = own.scheduler()
        address = own.address()
        own.worker()
        wait_for_workers(address, 1)

        def end_scheduler(seen: Seen) -> None:
            if seen.points > LONG.points // 4 and scheduler.poll() is None:
                scheduler.kill()
                # Asked before it knows of the death, it would wait for an answer.
                wait_until(lambda: cluster._client.status != "running")

        monkeypatch.setattr(workers, "_ANSWER", "5s")  # a result that was on its way is waited for as long
        with pytest.raises(UsageError, match="what is done so far is kept: go on with"), Cluster(address) as cluster:
            Sweep(log, cluster, show=end_scheduler).run()
    kept = read(log.folder)
    assert kept.judged == log.judged > LONG.points // 4
    assert list(kept.missing())
