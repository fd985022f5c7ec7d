"""Parts of one sweep and sweeps of several seeds are joined, and no point counts twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.report.sweep import causes, ended_file, where
from gradcheck.sweep.ended import Ended, load_ended
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Done, Log, create, read, resumed, write
from gradcheck.sweep.merge import merge
from gradcheck.sweep.once import once
from gradcheck.sweep.plan import MOST_POINTS, Plan, Span
from gradcheck.sweep.tally import Count, Tally, Worst
from sweep.fake import Fake, holds, sweep
from sweep.made import PLAN, plain, whole

ONE = Plan(64, seed=5, batch=4, points_a_graph=256, points_a_span=32)
OTHER = Plan(500, seed=6, batch=4, points_a_graph=256, points_a_span=128)


def swept(folder: Path, plan: Plan = PLAN, part: tuple[int, int] = (1, 1), **options: Any) -> Path:
    sweep(create(folder, plan, part), Fake(**options))
    return folder


def entries(log: Log) -> tuple[list[Any], list[Any]]:
    done = sorted(str(one.to_json()) for one in log.done)
    return done, sorted(str(cause.to_json()) for cause in log.causes.values())


def test_parts_of_one_plan_are_the_whole(tmp_path: Path) -> None:
    parts = [swept(tmp_path / str(k), part=(k, 2), seed=k) for k in (1, 2)]
    assert all(0 < read(part).judged < 1000 for part in parts)
    merged = merge(parts, tmp_path / "both")
    for log in (merged, read(tmp_path / "both")):
        assert log.plans == (PLAN,)
        assert plain(log.tally) == whole()
        assert list(log.missing()) == []
    assert {cause.name for cause in merged.causes.values()} == {"cause-0", "cause-1"}
    assert sorted(path.name for path in (tmp_path / "both").glob("witness-*")) == [
        "witness-cause-0.json",
        "witness-cause-1.json",
    ]


def test_a_sweep_merged_with_itself_is_itself(tmp_path: Path) -> None:
    folder = swept(tmp_path / "one", dies=holds(100))
    merged = merge([folder, folder], tmp_path / "same")
    assert entries(merged) == entries(read(tmp_path / "same")) == entries(read(folder))
    assert merge([tmp_path / "same", folder], tmp_path / "again").judged == 1000
    name = Ended(PLAN, 100, "", {}).name
    assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("killers", [(100,), (3, 900), (500, 501, 502)])
def test_spans_that_were_halved_on_one_machine_count_once(tmp_path: Path, killers: tuple[int, ...]) -> None:
    halved, clean = swept(tmp_path / "halved", dies=holds(*killers)), swept(tmp_path / "whole")
    for number, order in enumerate(([halved, clean], [clean, halved])):
        assert plain(merge(order, tmp_path / str(number)).tally) == whole()


def test_two_seeds_add_up(tmp_path: Path) -> None:
    folders = [swept(tmp_path / "5"), swept(tmp_path / "6", OTHER, dies=holds(40))]
    merged = merge(folders, tmp_path / "both")
    assert merged.plans == (PLAN, OTHER)
    assert (merged.judged, merged.points) == (1500, 1500)
    total = Tally()
    for folder in folders:
        total += read(folder).tally
    found, expected = plain(merged.tally), plain(total)
    # The worst point of the second is named by its place among all plans.
    for one in (found, expected):
        for *_, count in one["counts"]:
            count["ulps"] = count["ulps"][0]
    assert found == expected
    second = [broken for broken in merged.broken if broken.point >= MOST_POINTS]
    assert {broken.point - MOST_POINTS for broken in second} == {broken.point for broken in read(folders[1]).broken}
    assert where(merged, MOST_POINTS + 31).startswith("point 31 of seed 6: ")
    assert where(merged, 31).startswith("point 31 of seed 5: ")
    assert (tmp_path / "both" / Ended(OTHER, 40, "", {}).name).exists()
    assert len(merged.causes) == 4 + 2


def test_merging_in_turns_is_merging_at_once(tmp_path: Path) -> None:
    third = Plan(300, seed=7, batch=4, points_a_graph=256, points_a_span=128)
    x, y, z = (swept(tmp_path / str(plan.seed), plan) for plan in (PLAN, OTHER, third))
    merge([x, y], tmp_path / "xy")
    in_turns = merge([z, tmp_path / "xy"], tmp_path / "turns")
    at_once = merge([z, x, y], tmp_path / "once")
    assert in_turns.plans == at_once.plans
    assert entries(in_turns) == entries(at_once)


def test_a_merge_of_one_plan_is_gone_on_with_and_of_two_is_not(tmp_path: Path) -> None:
    part, other = swept(tmp_path / "part", part=(1, 2)), swept(tmp_path / "other", OTHER)
    merge([part], tmp_path / "same")
    with resumed(tmp_path / "same") as log:
        sweep(log, Fake())
    assert plain(read(tmp_path / "same").tally) == whole()
    merge([part, other], tmp_path / "both")
    with pytest.raises(UsageError, match="both is a merge of several sweeps"), resumed(tmp_path / "both"):
        pass


def test_a_merge_never_writes_over_a_sweep(tmp_path: Path) -> None:
    one, other = swept(tmp_path / "one", part=(1, 2)), swept(tmp_path / "other", part=(2, 2))
    before = {path: path.read_bytes() for path in one.iterdir()}
    with pytest.raises(UsageError, match="one holds a sweep already"):
        merge([one, other], one)
    assert {path: path.read_bytes() for path in one.iterdir()} == before


def test_a_witness_that_is_gone_is_told(tmp_path: Path) -> None:
    one = swept(tmp_path / "one")
    (one / "witness-cause-1.json").unlink()
    with pytest.raises(UsageError, match=r"cannot copy .*witness-cause-1\.json to .*: No such file or directory"):
        merge([one], tmp_path / "out")
    with pytest.raises(UsageError, match="out holds no sweep"):
        read(tmp_path / "out")


def test_a_sweep_that_goes_on_for_longer_has_the_points_of_a_shorter_one(tmp_path: Path) -> None:
    longer, endless = replace(ONE, points=1000), replace(ONE, points=None)
    folders = [swept(tmp_path / str(plan.points), plan) for plan in (ONE, longer)]
    write(Log(tmp_path / "endless", (endless,), ({},), done=read(folders[1]).done))
    folders.append(tmp_path / "endless")
    for number, order in enumerate(permutations(folders)):
        merged = merge(order, tmp_path / f"merged{number}")
        assert (merged.plans, merged.judged, merged.tally.points) == ((endless,), 1000, 1000)
    assert merge(folders[:2], tmp_path / "two").plans == (longer,)


def test_sweeps_that_draw_other_graphs_are_not_taken_for_one(tmp_path: Path) -> None:
    fewer = replace(ONE, layers=("dense",))
    merged = merge([swept(tmp_path / plan.name, plan) for plan in (ONE, fewer)], tmp_path / "both")
    assert (set(merged.plans), merged.judged) == ({ONE, fewer}, 128)


def test_points_at_which_processes_ended_are_told_apart_where_only_the_engine_differs(tmp_path: Path) -> None:
    plans = (PLAN, replace(PLAN, engines=("eager",)))
    merged = merge([swept(tmp_path / plan.name, plan, dies=holds(100)) for plan in plans], tmp_path / "both")
    files = [ended_file(merged, done) for done in merged.done if done.killed]
    assert {ended.plan for file in files if file and (ended := load_ended(file))} == {*plans}


def test_points_that_could_not_be_looked_into_are_causes_of_their_own(tmp_path: Path) -> None:
    for plan in (PLAN, OTHER):
        sweep(create(tmp_path / plan.name, plan), Fake(), look=lambda *_: None)
    merged = merge([tmp_path / plan.name for plan in (PLAN, OTHER)], tmp_path / "both")
    assert len(causes(merged)) == len(merged.causes) == 4 + 2


# --- one plan, swept twice -----------------------------------------------------------------------

KEY = ("additivity", "graph", "float32")


def judged(start: int, stop: int, *broken: int, of: Tally | None = None) -> Done:
    """Return a span at whose points one law was judged, and broken at some."""
    count = Count(stop - start, len(broken), share=Worst(np.inf, broken[0]) if broken else Worst(0.5, start))
    tally = of or Tally(stop - start, counts={KEY: count})
    return Done(Span(start, stop), tally, tuple(Broken(point, *KEY[:2]) for point in broken))


def folder_of(path: Path, *done: Done, environment: str = "here") -> Path:
    write(Log(path, (ONE,), ({"machine": environment},), done=list(done)))
    return path


def test_a_violation_on_one_machine_is_none_the_less_for_another_where_all_holds(tmp_path: Path) -> None:
    clean = folder_of(tmp_path / "a", judged(0, 32), judged(32, 64))
    bad = folder_of(tmp_path / "b", judged(0, 32, 3), judged(32, 64), environment="there")
    found = [merge(order, tmp_path / f"{n}") for n, order in enumerate(([clean, bad], [bad, clean]))]
    for log in found:
        assert (log.judged, log.tally.broken, [one.point for one in log.broken]) == (64, 1, [3])
        assert log.tally.counts[KEY].share == Worst(np.inf, 3)
    contents = [[(log.folder / name).read_bytes() for name in ("sweep.json", "spans.log")] for log in found]
    assert contents[0] == contents[1]


def test_points_that_are_broken_elsewhere_on_another_machine_are_all_counted(tmp_path: Path) -> None:
    one = folder_of(tmp_path / "a", judged(0, 32, 3, 4))
    other = folder_of(tmp_path / "b", judged(0, 32, 4, 5))
    assert merge([one, other], tmp_path / "both").tally.broken == 3


@pytest.mark.parametrize(
    "parts",
    [
        [judged(0, 16, 3), judged(16, 32)],  # halved, as its worker died
        [judged(0, 8), judged(8, 24, 9), judged(24, 32)],
        [judged(0, 40, 33)],  # the longest: the other's spans lie in it, or across its end
        [judged(20, 48, 25)],  # across two spans: its broken point is in one of them
        [judged(60, 70, 67)],  # and here in none
        [judged(8, 16, of=Tally(8, errors={("graph", "no kernel"): 8}))],
    ],
    ids=lambda parts: " ".join(f"{one.span.start}-{one.span.stop}" for one in parts),
)
def test_nothing_that_is_broken_is_lost_where_spans_overlap(tmp_path: Path, parts: list[Done]) -> None:
    clean, bad = folder_of(tmp_path / "a", judged(0, 32), judged(32, 64)), folder_of(tmp_path / "b", *parts)
    for number, order in enumerate(([clean, bad], [bad, clean])):
        log = merge(order, tmp_path / str(number))
        assert [one.point for one in log.broken] == [one.point for part in parts for one in part.broken]
        assert log.tally.broken == sum(part.tally.broken for part in parts)
        assert log.tally.errors == parts[0].tally.errors
        covered = [n for one in log.done for n in range(one.span.start, one.span.stop)]
        assert len(covered) == len(set(covered)) == log.judged


def test_what_one_machine_gave_up_and_the_other_judged_is_judged(tmp_path: Path) -> None:
    gave_up = Done(Span(0, 32), Tally(errors={("graph", "it ended"): 32}), killed="it ended")
    bad = folder_of(tmp_path / "b", judged(0, 16, 3))
    log = merge([folder_of(tmp_path / "a", gave_up), bad], tmp_path / "both")
    assert (log.judged, log.tally.broken) == (32, 1)
    assert log.tally.errors == {("graph", "it ended"): 16}


@st.composite
def sweeps_of_one(draw: st.DrawFn) -> list[Done]:
    """Draw what a sweep has done of 64 points: spans that end anywhere, some given up, some points broken."""
    ends = sorted(draw(st.sets(st.integers(0, 64), min_size=2, max_size=7)))
    broken = draw(st.sets(st.integers(0, 63), max_size=5))
    found = []
    for start, stop in pairwise(ends):
        if draw(st.integers(0, 3)) == 0:
            gave_up = Tally(errors={("graph", "it ended"): stop - start})
            found.append(Done(Span(start, stop), gave_up, killed="it ended"))
        else:
            found.append(judged(start, stop, *(point for point in sorted(broken) if start <= point < stop)))
    return found


@given(st.lists(sweeps_of_one(), min_size=1, max_size=3))
def test_whatever_overlaps_no_violation_is_lost_and_no_point_counts_twice(sweeps: list[list[Done]]) -> None:
    expected = {one.point for done in chain(*sweeps) for one in done.broken}
    merged = once(sweeps, (ONE,))
    assert {one.point for done in merged for one in done.broken} == expected
    total = Tally()
    for done in merged:
        total += done.tally
        assert done.tally.broken <= len(done.span)
        assert all(done.span.start <= one.point < done.span.stop for one in done.broken)
    assert total.broken == len(expected)
    covered = [n for done in merged for n in range(done.span.start, done.span.stop)]
    assert len(covered) == len(set(covered))
    given_up = [done.span for done in merged if done.killed]
    assert sum(total.errors.values()) == sum(map(len, given_up))
