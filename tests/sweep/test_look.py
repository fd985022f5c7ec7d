"""A broken point is judged again alone, made small and named by its cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from faults.faults import Fault, Faulty
from gradcheck.engines import Evaluation, engines
from gradcheck.errors import EngineError
from gradcheck.golden import W2
from gradcheck.point import Point, Points, draw
from gradcheck.sweep import stack
from gradcheck.sweep.judge import Broken, judge_span
from gradcheck.sweep.look import Look, look_into
from gradcheck.sweep.plan import Plan, Span
from gradcheck.witness import Witness, replay
from sweep.lies import At, everywhere, last_bit, lying, numbers_at, one_more, positive

PLAN = Plan(
    64,
    seed=3,
    laws=("addition", "additivity"),
    dtypes=("float64",),
    batch=8,
    points_a_graph=64,
    points_a_span=16,
)
BROKEN = Broken(21, "addition", "graph")
CLAIM = f"grad(loss1 + loss2, {W2}) = grad(loss2, {W2})"


def plant(monkeypatch: pytest.MonkeyPatch, liar: Faulty) -> None:
    monkeypatch.setitem(engines._entries, liar.name, liar)


def look(plan: Plan, broken: Broken) -> Look:
    found = look_into(plan, broken)
    assert found is not None
    return found


def drawn(plan: Plan, number: int) -> Point:
    return draw(plan.graph(number), plan.sizes(number), 1, seed=plan.seed, start=number)[0]


def same_point(witness: Witness, point: Point) -> bool:
    return all(np.array_equal(witness.point.values[name], value) for name, value in point.values.items())


def test_a_broken_point_is_made_small_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, lying(everywhere, one_more, W2))
    found = look(PLAN, BROKEN)
    assert found.alone
    assert (found.witness.graph.loss1, set(found.witness.point.sizes.values())) == ("plain_sum", {1})
    assert found.words.startswith(f"addition broken by engine graph: {CLAIM}; 1 of 1 elements differ")
    assert found.sent() == (found.name, found.words, found.witness.name, found.witness.to_json())


def test_points_that_shrink_to_the_same_case_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, lying(positive("a"), one_more, W2))
    broken = judge_span(PLAN, Span(0, 64)).broken
    first, last = look(PLAN, broken[0]), look(PLAN, broken[-1])
    assert broken[0].point != broken[-1].point
    assert first.name == last.name
    assert Look(replace(first.witness, law="additivity"), alone=True).name != first.name


def test_a_point_that_holds_now_is_nothing() -> None:
    assert look_into(PLAN, BROKEN) is None


def only_beside_others(points: Points) -> np.ndarray:
    return np.asarray(positive("a")(points) & (len(points) > 1))


def test_a_point_that_is_broken_only_beside_others_is_kept_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # The last of those of its stack, so that no other is taken for it.
    number = numbers_at(PLAN, Span(16, 24), positive("a"))[-1]
    assert number > numbers_at(PLAN, Span(16, 24), positive("a"))[0]
    plant(monkeypatch, lying(only_beside_others, one_more, W2))
    found = look(PLAN, replace(BROKEN, point=number, stack=Span(16, 24)))
    assert not found.alone
    assert found.words.endswith("; only beside other points")
    assert same_point(found.witness, drawn(PLAN, number))


def beside(count: int) -> At:
    """Tell all points of stacks of so many."""
    return lambda points: np.full(len(points), len(points) == count)


CUT_OFF = replace(PLAN, points=20)  # the last stack has four points
KINKED = Plan(  # its fourth graph has a kink
    48, seed=7, engines=("graph", "numeric"), laws=("additivity",), dtypes=("float64",), batch=8, points_a_graph=16,
    points_a_span=16,
)  # fmt: skip
FURTHER = replace(PLAN, laws=(), batch=16, points_a_span=64)


def kinked_at_two(honest: Any, graph: Any, points: Points, objectives: Any, stacked: bool) -> Evaluation:
    found: Evaluation = honest(graph, points, objectives, stacked=stacked)
    return replace(found, kinked=np.arange(len(points)) < (2 if len(points) == 8 else 0))


@pytest.mark.parametrize(
    ("plan", "span", "law", "count"),
    [
        (CUT_OFF, Span(16, 20), "additivity", 4),
        (PLAN, Span(3, 6), "additivity", 3),  # a span that was halved
        (KINKED, Span(48, 56), "additivity", 6),  # two points at kinks were left out
        (FURTHER, Span(0, 16), "batched", 8),  # a law that asks for more is judged at the first eight
    ],
    ids=["cut off", "halved", "kinked", "further"],
)
def test_the_stack_looked_at_again_is_the_stack_judged(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, span: Span, law: str, count: int
) -> None:
    plant(monkeypatch, Faulty(Fault("kinks", "", kinked_at_two, engine="numeric")))
    plant(monkeypatch, lying(beside(count), one_more, "embedding"))
    broken = next(one for one in judge_span(plan, span).broken if (one.law, one.engine) == (law, "graph"))
    found = look(plan, Broken.from_json(broken.to_json()))
    assert not found.alone
    assert (found.witness.law, found.witness.graph) == (law, plan.graph(broken.point))
    assert same_point(found.witness, drawn(plan, broken.point))


def test_stacks_in_parts_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "_MOST", 1)
    plant(monkeypatch, lying(beside(1), one_more, W2))
    (first, *_) = judge_span(PLAN, Span(0, 8)).broken
    assert first.stack == Span(0, 1)
    assert look(PLAN, first).alone


def test_an_exact_witness_is_as_it_was_found_and_replays_without_a_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = replace(PLAN, exact=True)
    with monkeypatch.context() as lies:
        plant(lies, lying(everywhere, last_bit, "embedding"))
        found = look(exact, Broken(21, "additivity", "graph"))
        assert found.alone
        assert found.witness.exact
        assert found.witness.point.sizes == exact.sizes(21)
        assert [check.claim for check, _ in replay(found.witness)] == [found.witness.claim]
        assert replay(replace(found.witness, exact=False)) == []
    assert replay(found.witness) == []


def test_a_point_without_exact_integers_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "exact_bound", lambda *_: None)
    assert look_into(replace(PLAN, exact=True), BROKEN) is None


@pytest.mark.usefixtures("failing_eager")
def test_an_engine_that_raises_is_an_error_of_its_own_and_no_peer_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    both = replace(PLAN, engines=("eager", "graph"))
    with pytest.raises(EngineError, match=r"engine eager failed: RuntimeError: no such \[kernel\]"):
        look_into(both, replace(BROKEN, engine="eager"))
    plant(monkeypatch, lying(everywhere, one_more, W2))
    assert look(both, BROKEN).witness.peers == ("graph",)
