"""Whatever dies, every point is counted once, and the point that is to blame is found."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.sweep import run
from gradcheck.sweep.ended import load_ended
from gradcheck.sweep.judge import Broken, Judged
from gradcheck.sweep.log import Log, create, read
from gradcheck.sweep.plan import Plan, Span
from gradcheck.sweep.run import Seen
from sweep import made
from sweep.fake import Fake, holds, once, sweep
from sweep.made import PLAN, plain, whole

REASON = "its process ended with exit code 11"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return create(tmp_path / "sweep", PLAN)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the disk alone where many sweeps are run."""
    monkeypatch.setattr("os.fsync", lambda _: None)


def given_up(log: Log) -> dict[int, str]:
    """Return the points that were given up, with why."""
    return {point: one.killed for one in log.done if one.killed for point in range(one.span.start, one.span.stop)}


def check_once(log: Log, *, without: set[int]) -> None:
    """Every point is judged once, but for those that are given up, and the disk says the same."""
    for one in (log, read(log.folder)):
        assert sorted(n for done in one.done for n in range(done.span.start, done.span.stop)) == list(range(1000))
        assert set(given_up(one)) == without
        tally = plain(one.tally)
        assert sum(number for *_, number in tally.pop("errors")) == len(without)
        assert tally == {name: value for name, value in whole(without=without).items() if name != "errors"}


def test_every_point_is_counted_once(log: Log) -> None:
    sweep(log, Fake())
    check_once(log, without=set())


@pytest.mark.usefixtures("_quick")
@given(killers=st.sets(st.integers(0, 999), max_size=4), workers=st.integers(1, 4), blamed=st.integers(0, 5))
def test_a_point_that_kills_is_found_and_costs_no_other(
    tmp_path_factory: pytest.TempPathFactory, killers: set[int], workers: int, blamed: int
) -> None:
    log = create(tmp_path_factory.mktemp("sweep"), PLAN)
    sweep(log, Fake(workers, seed=len(killers), dies=holds(*killers), blamed=blamed))
    check_once(log, without=killers)
    assert given_up(log) == dict.fromkeys(killers, REASON)
    for point in killers:
        ended = load_ended(log.folder / f"ended-{PLAN.name}-{point}.json")
        assert ended is not None
        assert (ended.plan, ended.point, ended.reason) == (PLAN, point, REASON)
    assert len(list(log.folder.glob("ended-*"))) == len(killers)


@pytest.mark.usefixtures("_quick")
@given(chance=st.floats(0, 1), seed=st.integers(0, 100), blamed=st.integers(0, 3))
def test_workers_that_die_by_chance_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, chance: float, seed: int, blamed: int
) -> None:
    log = create(tmp_path_factory.mktemp("sweep"), PLAN)
    sweep(log, Fake(3, seed, dies=once(chance, seed), blamed=blamed))
    check_once(log, without=set())
    assert not list(log.folder.glob("ended-*"))
    assert all(cause.witness for cause in log.causes.values())


def test_a_span_that_dies_again_died_alone(log: Log) -> None:
    alone: list[bool] = []
    fake = Fake(3, dies=holds(100, 101), blamed=5, on_submit=lambda: alone.append(not fake._waiting))
    sweep(log, fake)
    assert set(given_up(log)) == {100, 101}
    seen = set()
    for task, on_its_own in zip(fake.submitted, alone, strict=True):
        assert on_its_own or task not in seen
        seen.add(task)


def test_where_every_point_of_a_graph_kills_the_others_are_not_waited_for(log: Log) -> None:
    fake = Fake(2, dies=lambda task: isinstance(task, Span) and task.start < 512 and task.stop > 256)
    sweep(log, fake)
    check_once(log, without=set(range(256, 512)))
    # The first are found one by one; after those, a stack at a time is given up.
    assert run._ENDED <= len(list(log.folder.glob("ended-*"))) < 2 * run._ENDED
    lengths = [len(one.span) for one in log.done if one.killed]
    assert set(lengths) <= {1, 2, PLAN.batch}
    assert len(fake.submitted) < 300


def test_the_point_that_kills_is_found_in_few_tries(log: Log) -> None:
    fake = Fake(1, dies=holds(700))
    sweep(log, fake)
    # Seven halvings of 128 points, and once again alone.
    assert sum(isinstance(task, Span) for task in fake.submitted) == 8 + 2 * 7 + 1


def fail_at(*points: int, error: Exception) -> Any:
    def work(plan: Plan, span: Span) -> tuple[Judged, int]:
        if holds(*points)(span):
            raise error
        return made.work(plan, span)

    return work


def test_a_point_at_which_judging_raises_costs_no_other(log: Log) -> None:
    sweep(log, Fake(), work=fail_at(77, error=ValueError("no such thing")))
    check_once(log, without={77})
    assert given_up(log) == {77: "ValueError: no such thing"}
    assert not list(log.folder.glob("ended-*"))


@pytest.mark.parametrize("error", [ImportError("No module named 'gradcheck'"), UsageError("TensorFlow is too old")])
def test_workers_that_cannot_judge_at_all_stop_the_sweep(log: Log, error: Exception) -> None:
    with pytest.raises(UsageError, match=rf"a worker cannot judge: {error}; what is done so far is kept: go on with "):
        sweep(log, Fake(), work=fail_at(700, error=error))
    assert not given_up(log)
    sweep(log := read(log.folder), Fake())
    check_once(log, without=set())


def test_workers_that_are_gone_stop_the_sweep(log: Log) -> None:
    class Gone(Fake):
        def wait(self, futures: Any, **options: Any) -> Any:
            if len(self.submitted) < 5:
                return super().wait(futures, **options)
            for future in futures:
                future.cancel()
            return set(futures), None

    with pytest.raises(UsageError, match="the workers are gone; what is done so far is kept: go on with"):
        sweep(log, Gone(1))
    sweep(log := read(log.folder), Fake())
    check_once(log, without=set())


def test_a_cluster_without_workers_for_a_while_is_waited_for(log: Log) -> None:
    fake = Fake()
    fake.count = 0
    sweep(log, fake)
    check_once(log, without=set())


# --- stopped, and gone on with ------------------------------------------------------------------


@pytest.mark.parametrize("moment", [0, 1, 3, 5, 8])
def test_an_interrupt_keeps_what_is_done(log: Log, moment: int) -> None:
    def interrupt() -> None:
        if len(fake.submitted) == moment:
            raise KeyboardInterrupt

    fake: Fake = Fake(2, moment, on_submit=interrupt)
    assert sweep(log, fake).interrupted
    kept = read(log.folder)
    assert kept.judged == log.judged < 1000
    assert not sweep(kept, Fake()).interrupted
    check_once(kept, without=set())
    assert len(kept.causes) == 4


def tick_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second go by each time that somebody looks at the clock."""
    clock = count(monotonic())
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=lambda: next(clock)))


def test_when_the_time_is_over_no_span_is_taken_up(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    tick_a_second(monkeypatch)
    sweep(log, Fake(1), seconds=8.0)
    assert 0 < log.judged < 1000
    # What is begun is finished: the broken points that were found are looked into.
    assert len(log.causes) == len({broken.point // 256 for broken in log.broken}) > 0


def test_an_endless_sweep_ends_with_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tick_a_second(monkeypatch)
    log = create(tmp_path / "endless", Plan(seed=5, batch=4, points_a_graph=256, points_a_span=128))
    sweep(log, Fake(1), seconds=20.0)
    assert log.judged > 0
    again = read(log.folder)
    tick_a_second(monkeypatch)
    sweep(again, Fake(1), seconds=20.0)
    assert again.judged > log.judged
    assert sorted(one.span.start for one in again.done) == list(range(0, again.judged, 128))


@pytest.mark.parametrize("parts", [2, 3, 11])
def test_parts_are_every_point_once(tmp_path: Path, parts: int) -> None:
    found = []
    for part in range(1, parts + 1):
        log = create(tmp_path / str(part), PLAN, (part, parts))
        sweep(log, Fake())
        # A part that goes on later is the same part.
        assert list(read(log.folder).missing()) == []
        found += [n for one in log.done for n in range(one.span.start, one.span.stop)]
    assert sorted(found) == list(range(1000))


# --- broken points -------------------------------------------------------------------------------


def test_broken_points_are_looked_into_once_a_graph_and_told_by_cause(log: Log) -> None:
    fake = Fake(1)
    sweep(log, fake)
    looks = [task for task in fake.submitted if isinstance(task, Broken)]
    assert sorted(one.point // 256 for one in looks) == [0, 1, 2, 3]
    assert set(log.causes) == set(looks)
    for name in ("cause-0", "cause-1"):
        same = [one for one in log.causes.values() if one.name == name]
        assert len(same) == 2
        assert {one.witness for one in same} == {f"witness-{name}.json"}
        # The witness is that of the point that led to the cause first.
        stored = json.loads((log.folder / f"witness-{name}.json").read_text())
        assert stored["point"] == same[0].broken.point


def test_what_was_looked_into_is_not_again(log: Log) -> None:
    sweep(log, Fake())
    again = Fake()
    sweep(read(log.folder), again)
    assert again.submitted == []


def raising(error: Exception) -> Any:
    def look(*_: object) -> None:
        raise error

    return look


def test_a_point_that_was_not_looked_into_yet_is_when_the_sweep_goes_on(log: Log) -> None:
    with pytest.raises(UsageError, match="a worker cannot judge: not yet"):
        sweep(log, Fake(), look=raising(ImportError("not yet")))
    sweep(read(log.folder), Fake())
    assert len(read(log.folder).causes) == 4


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (lambda *_: None, "it holds when it is judged again"),
        (raising(ValueError("engine lost")), "looking into it failed: engine lost"),
    ],
)
def test_a_broken_point_that_cannot_be_looked_into_is_told_all_the_same(log: Log, look: Any, why: str) -> None:
    sweep(log, Fake(1), look=look)
    found = read(log.folder).causes
    assert len({one.name for one in found.values()}) == 4
    for broken, cause in found.items():
        words = f"additivity broken by engine graph at point {broken.point}; {why}"
        assert (cause.words, cause.witness) == (words, "")


def test_a_look_that_kills_its_worker_is_told(log: Log) -> None:
    sweep(log, Fake(1, dies=lambda task: isinstance(task, Broken)))
    check_once(log, without=set())
    assert all(one.words.endswith(f"looking into it failed: {REASON}") for one in log.causes.values())


def test_not_every_broken_graph_is_looked_into(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_CAUSES", 3)
    sweep(log, Fake())
    assert len(log.causes) == 3


# --- what is seen -----------------------------------------------------------------------------------


def test_what_is_shown_is_what_is_done(log: Log) -> None:
    seen: list[Seen] = []
    sweep(log, Fake(1), show=seen.append)
    last = seen[-1]
    assert (last.points, last.total, last.fresh, last.broken, last.causes) == (1000, 1000, 1000, 10, 2)
    assert last.memory == 2**20
    assert last.rate > 0
    assert [one.points for one in seen] == sorted(one.points for one in seen)


def test_what_was_done_before_is_shown_and_not_counted_as_speed(log: Log) -> None:
    with pytest.raises(UsageError, match="gone"):
        sweep(log, Fake(1), work=fail_at(700, error=ImportError("gone")))
    before, seen = read(log.folder), list[Seen]()
    done = before.judged
    sweep(before, Fake(1), show=seen.append)
    assert (seen[-1].points, seen[-1].fresh) == (1000, 1000 - done)
