"""What is judged in stacks is what is judged one by one, and all of it is counted."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
import pytest

from faults.faults import Fault, Faulty
from gradcheck.engines import _memories, engines, forget_traces
from gradcheck.golden import W2
from gradcheck.identity import degree, exact_bound
from gradcheck.laws import asks_further, laws
from gradcheck.point import draw
from gradcheck.sweep import judge, stack
from gradcheck.sweep.judge import FEW, Broken, judge_span
from gradcheck.sweep.plan import Plan, Span
from gradcheck.sweep.stack import objectives_of, parts_of
from gradcheck.sweep.tally import BUCKETS, Count, Tally
from sweep.lies import everywhere, last_bit, lying, numbers_at, one_more, positive

PLAN = Plan(48, seed=3, batch=8, points_a_graph=16, points_a_span=16, laws=("addition", "additivity", "product"))
ONE_GRAPH = replace(PLAN, points_a_graph=64, dtypes=("float64",))  # the seed's
EXACT = replace(PLAN, exact=True, dtypes=("float64",), laws=("addition", "additivity"))
# Its fourth graph has a kink, and no layer beside it.
KINKED = replace(PLAN, seed=7, dtypes=("float64",), laws=("additivity",))
OF_KINKED = Span(48, 64)


def plant(monkeypatch: pytest.MonkeyPatch, *liars: Faulty) -> None:
    for liar in liars:
        monkeypatch.setitem(engines._entries, liar.name, liar)


def fail(honest: Any, graph: Any, points: Any, objectives: Any, stacked: bool) -> Any:
    raise RuntimeError("no such kernel")


def figures(count: Count) -> tuple[int, ...]:
    return count.judged, count.broken, count.left_out, count.ill_conditioned


# --- counts ----------------------------------------------------------------------------------------


def test_counts_are_those_of_the_points_one_at_a_time() -> None:
    together, alone = judge_span(PLAN, Span(0, 32)).tally, Tally()
    for number in range(32):
        alone += judge_span(PLAN, Span(number, number + 1)).tally
    assert together.points == alone.points == 32
    assert together.not_applicable == alone.not_applicable
    assert {key: figures(count) for key, count in together.counts.items()} == {
        key: figures(count) for key, count in alone.counts.items()
    }
    assert {dtype for _, _, dtype in together.counts} == {"float32", "float64"}
    assert all(count.judged for count in together.counts.values())


def test_every_broken_point_is_counted_and_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, lying(positive("a"), one_more, W2))
    expected = numbers_at(ONE_GRAPH, Span(3, 61), positive("a"))
    judged = judge_span(ONE_GRAPH, Span(3, 61))
    assert judged.tally.counts["addition", "graph", "float64"].broken == len(expected) > FEW
    assert judged.broken == [Broken(number, "addition", "graph") for number in expected[:FEW]]


def test_the_worst_error_is_that_of_its_point(monkeypatch: pytest.MonkeyPatch) -> None:
    span = Span(0, 64)
    # The widest stack has a value of `a` that no other point has.
    batch = max(ONE_GRAPH.batches(span), key=lambda batch: batch.sizes["batch"])
    at = draw(batch.graph, batch.sizes, 8, seed=ONE_GRAPH.seed, start=batch.span.start).values["a"][5]
    honest = judge_span(ONE_GRAPH, span).tally.counts["additivity", "graph", "float64"]
    plant(monkeypatch, lying(lambda points: points.values["a"] == at, lambda g, _: g * (1 + 2.0**-20), "embedding"))
    count = judge_span(ONE_GRAPH, span).tally.counts["additivity", "graph", "float64"]
    assert count.share.point == count.ulps.point == batch.span.start + 5
    # A relative error of 2^-20 is of 2^32 units in the last place of float64's largest entry.
    assert 2.0**31 < count.ulps.error < 2.0**33
    assert (count.broken, honest.broken) == (1, 0)
    assert count.histogram[BUCKETS - 1] == honest.histogram[BUCKETS - 1] + 1 == 1
    assert count.histogram.sum() == honest.histogram.sum() == count.judged == 64


@pytest.mark.usefixtures("failing_eager")
def test_an_engine_that_raises_is_counted_and_the_others_are_judged() -> None:
    tally = judge_span(replace(PLAN, engines=("eager", "graph")), Span(0, 16)).tally
    assert tally.errors == {("eager", "engine eager failed: RuntimeError: no such [kernel]"): 16}
    assert {engine for _, engine, _ in tally.counts} == {"graph"}
    assert (tally.points, tally.counts["addition", "graph", "float32"].judged) == (16, 16)


def fail_one_by_one(honest: Any, graph: Any, points: Any, objectives: Any, stacked: bool) -> Any:
    if not stacked:
        raise ValueError("one is none")
    return honest(graph, points, objectives, stacked=stacked)


def test_a_law_whose_question_raises_is_counted_and_other_laws_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, Faulty(Fault("raises", "", fail_one_by_one)))
    tally = judge_span(replace(PLAN, laws=("addition", "batched")), Span(0, 16)).tally
    assert tally.errors == {("graph", "engine graph failed: ValueError: one is none"): 16}
    assert {law for law, _, _ in tally.counts} == {"addition"}


def test_a_law_that_does_not_apply_says_why() -> None:
    tally = judge_span(replace(PLAN, laws=("addition", "independent-heads")), Span(0, 16)).tally
    assert tally.not_applicable == {("independent-heads", "graph", laws["independent-heads"].why_not(
        PLAN.graph(0), engines["graph"]
    )): 16}  # fmt: skip


# --- memory ----------------------------------------------------------------------------------------


def stacks_of(plan: Plan, span: Span, monkeypatch: pytest.MonkeyPatch) -> tuple[set[int], Tally]:
    seen = set()

    def watch(honest: Any, graph: Any, points: Any, objectives: Any, stacked: bool) -> Any:
        seen.add(len(points)) if stacked else None
        return honest(graph, points, objectives, stacked=stacked)

    with monkeypatch.context() as patched:
        plant(patched, Faulty(Fault("watched", "", watch)))
        return seen, judge_span(plan, span).tally


def test_stacks_too_large_for_memory_are_judged_in_parts_and_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = replace(ONE_GRAPH, laws=())  # laws that ask further too, at the first points of a stack
    whole, expected = stacks_of(plan, Span(3, 61), monkeypatch)
    monkeypatch.setattr(stack, "_MOST", 2**13)
    parts, found = stacks_of(plan, Span(3, 61), monkeypatch)
    assert max(whole) == 8
    assert min(parts) < 3
    assert found.points == expected.points == 58
    assert found.counts.keys() == expected.counts.keys()
    for (law, *_), count in found.counts.items():
        if not asks_further(laws[law]):
            assert figures(count) == figures(expected.counts[law, "graph", "float64"])
        assert count.judged > 0


def test_parts_of_a_stack_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    (batch,) = ONE_GRAPH.batches(Span(0, 8))
    entries = sum(map(prod, batch.graph.shapes(batch.sizes).values()))
    of_a_point = entries * len(objectives_of(ONE_GRAPH)) * 8
    for most, expected in ((8, [8]), (7, [4, 4]), (3, [2] * 4), (0, [1] * 8)):
        monkeypatch.setattr(stack, "_MOST", most * of_a_point)
        assert [len(part.span) for part in parts_of(ONE_GRAPH, batch)] == expected


def test_an_exact_sweep_takes_its_stacks_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "_MOST", 1)
    assert 8 in stacks_of(EXACT, Span(0, 8), monkeypatch)[0]


# --- kinks -----------------------------------------------------------------------------------------


def kinked_where_positive(honest: Any, graph: Any, points: Any, objectives: Any, stacked: bool) -> Any:
    found = honest(graph, points, objectives, stacked=stacked)
    return replace(found, kinked=np.asarray(points.values["a"] > 0))


def test_points_at_kinks_are_left_out_and_the_others_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert KINKED.graph(OF_KINKED.start).kinked
    plant(
        monkeypatch,
        Faulty(Fault("kinks", "", kinked_where_positive, engine="numeric")),
        lying(positive("b"), one_more, "embedding"),
    )
    kinks = set(numbers_at(KINKED, OF_KINKED, positive("a")))
    expected = [number for number in numbers_at(KINKED, OF_KINKED, positive("b")) if number not in kinks]
    judged = judge_span(replace(KINKED, engines=("graph", "numeric")), OF_KINKED)
    assert (judged.tally.kinked, judged.tally.points) == (len(kinks), 16 - len(kinks))
    assert [one.point for one in judged.broken if one.engine == "graph"] == expected
    assert expected
    assert kinks
    # Where nothing is differenced, nobody minds kinks.
    assert judge_span(KINKED, OF_KINKED).tally.kinked == 0


def kinked_everywhere(honest: Any, graph: Any, points: Any, objectives: Any, stacked: bool) -> Any:
    found = honest(graph, points, objectives, stacked=stacked)
    return replace(found, kinked=np.ones(len(points), bool))


def test_where_all_points_are_at_kinks_nothing_is_judged_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, Faulty(Fault("kinks", "", kinked_everywhere, engine="numeric")))
    tally = judge_span(replace(KINKED, engines=("graph", "numeric")), OF_KINKED).tally
    assert (tally.kinked, tally.points, tally.counts, tally.errors) == (16, 0, {}, {})


def test_where_kinks_cannot_be_told_the_others_are_judged_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, Faulty(Fault("raises", "", fail, engine="numeric")))
    tally = judge_span(replace(KINKED, engines=("graph", "numeric")), OF_KINKED).tally
    assert tally.errors == {("numeric", "engine numeric failed: RuntimeError: no such kernel"): 16}
    assert tally.counts["additivity", "graph", "float64"].judged == tally.points == 16


# --- exact -----------------------------------------------------------------------------------------


def bits_a_point(plan: Plan, span: Span) -> list[float]:
    """Return for each stack by how many bits exact agreement at one point makes doubt less."""
    found = []
    for batch in plan.batches(span):
        bound = exact_bound(batch.graph, batch.sizes, objectives_of(plan))
        assert bound is not None
        # Polynomials that differ agree by chance at one of so many points.
        found.append(np.log2((2 * bound + 1) / degree(batch.graph)))
    return found


def doubts(tally: Tally) -> dict[str, float]:
    return {law: count.doubt_bits for (law, *_), count in tally.counts.items()}


def test_an_honest_exact_sweep_leaves_little_doubt() -> None:
    tally = judge_span(EXACT, Span(0, 48)).tally
    assert (tally.points, tally.inexact, tally.broken, tally.errors) == (48, 0, 0, {})
    least = 8 * min(bits_a_point(EXACT, Span(0, 48)))
    assert doubts(tally) == pytest.approx({"addition": least, "additivity": least})
    assert least > 8


def test_a_law_is_as_sure_as_the_points_at_which_it_was_judged() -> None:
    plan, span = replace(EXACT, laws=("additivity", "slices")), Span(0, 12)
    first, second = bits_a_point(plan, span)
    # The second stack has four points, and two of each are taken one by one.
    assert doubts(judge_span(plan, span).tally) == pytest.approx(
        {"additivity": min(8 * first, 4 * second), "slices": 2 * min(first, second)}
    )


def test_what_is_broken_or_raises_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = replace(EXACT, laws=("addition", "additivity", "slices"))
    plant(monkeypatch, lying(everywhere, last_bit, "embedding"))
    found = doubts(judge_span(plan, Span(0, 8)).tally)
    assert found["additivity"] == np.inf
    assert found["addition"] == pytest.approx(8 * bits_a_point(plan, Span(0, 8))[0])
    plant(monkeypatch, Faulty(Fault("raises", "", fail_one_by_one)))
    assert set(doubts(judge_span(plan, Span(0, 8)).tally)) == {"addition", "additivity"}


def test_where_rounding_is_allowed_nothing_is_proved() -> None:
    assert set(doubts(judge_span(ONE_GRAPH, Span(0, 8)).tally).values()) == {np.inf}


def test_an_exact_sweep_catches_what_no_tolerance_would(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, lying(everywhere, last_bit, "embedding"))
    count = judge_span(EXACT, Span(0, 48)).tally.counts["additivity", "graph", "float64"]
    assert count.broken == count.judged == 48
    usual = judge_span(ONE_GRAPH, Span(0, 48)).tally.counts["additivity", "graph", "float64"]
    assert (usual.broken, usual.judged) == (0, 48)


def test_where_nothing_agrees_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, Faulty(Fault("raises", "", fail, engine="eager")))
    tally = judge_span(replace(EXACT, engines=("eager",)), Span(0, 8)).tally
    assert (tally.counts, sum(tally.errors.values())) == ({}, 8)


def test_where_no_integers_are_exact_points_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "exact_bound", lambda *_: None)
    tally = judge_span(EXACT, Span(0, 16)).tally
    assert (tally.inexact, tally.points, tally.counts) == (16, 0, {})


# --- laws that ask further -------------------------------------------------------------------------


def shares(plan: Plan, span: Span, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[int, int, int]]]:
    """Return at which points laws are judged: first, how many, and how many examples they have."""
    found: dict[str, list[tuple[int, int, int]]] = {}

    def count(self: Any, law: Any, trial: Any, numbers: Any) -> None:
        assert len(trial.points) == len(numbers)
        found.setdefault(law.name, []).append((int(numbers[0]), len(numbers), trial.points.sizes["batch"]))

    monkeypatch.setattr(judge._Batch, "_count", count)
    monkeypatch.setattr(judge._Batch, "_runs", lambda *_: True)
    judge_span(plan, span)
    return found


def test_laws_that_ask_further_are_judged_on_a_share_that_sees_all_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    span = Span(0, 16 * 7 * 16)
    plan = replace(ONE_GRAPH, batch=16, points_a_graph=2**12, points_a_span=2**12, laws=())
    found = shares(plan, span, monkeypatch)
    further = {law for law in found if asks_further(laws[law])}
    assert {"numeric", "batched"} <= further < set(found)
    for law, stacks in found.items():
        if law in further:
            assert [start for start, *_ in stacks] == list(range(0, len(span), 7 * 16))
            assert {number for _, number, _ in stacks} == {8}
            assert {examples for *_, examples in stacks} == set(range(9))
        else:
            assert [(start, number) for start, number, _ in stacks] == [(n, 16) for n in range(0, len(span), 16)]


def test_laws_that_ask_further_are_judged_everywhere_when_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shares(replace(ONE_GRAPH, laws=("numeric", "addition")), Span(0, 64), monkeypatch)
    assert found["numeric"] == found["addition"]
    assert sum(number for _, number, _ in found["numeric"]) == 64


# --- memory ----------------------------------------------------------------------------------------


def traced() -> int:
    return sum(memory.cache_info().currsize for memory in _memories)


def test_what_was_traced_of_graphs_before_is_forgotten() -> None:
    plan = replace(PLAN, laws=("leak",))
    judge_span(plan, Span(16, 17))
    forget_traces()  # those of other tests
    judge_span(plan, Span(0, 1))
    one = traced()
    assert one > 0
    judge_span(plan, Span(31, 33))
    judge_span(plan, Span(0, 1))
    assert traced() == one


def test_what_was_traced_of_a_graph_is_kept_from_span_to_span(monkeypatch: pytest.MonkeyPatch) -> None:
    judge_span(PLAN, Span(0, 8))
    monkeypatch.setattr(judge, "forget_traces", lambda: pytest.fail("forgotten"))
    judge_span(PLAN, Span(8, 16))
