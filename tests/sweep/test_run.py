"""Whatever dies, every point is counted once, and the point that is to blame is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.sweep.ended import load_ended
from gradcheck.sweep.log import Log, create, read
from sweep.fake import Fake, holds, sweep
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
        ended = load_ended(log.folder / f"ended-5-{point}.json")
        assert ended is not None
        assert (ended.plan, ended.point, ended.reason) == (PLAN, point, REASON)
    assert len(list(log.folder.glob("ended-*"))) == len(killers)
