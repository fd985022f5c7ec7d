"""A point is its number: any part of a sweep can be computed alone, again, in any order."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import replace
from itertools import islice, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.layer import layers, losses
from gradcheck.point import draw
from gradcheck.sweep.plan import DEFAULT_POINTS, MOST_POINTS, Plan, Span, _graph, plan_of

SMALL = Plan(1000, seed=3, batch=8, points_a_graph=64, points_a_span=32)


def points(plan: Plan, span: Span) -> dict[int, dict[str, object]]:
    """Return all that makes up each point of a span, by number."""
    found: dict[int, dict[str, object]] = {}
    for batch in plan.batches(span):
        drawn = draw(batch.graph, batch.sizes, len(batch.span), seed=plan.seed, start=batch.span.start)
        for index, number in enumerate(range(batch.span.start, batch.span.stop)):
            values = {name: value[index].tobytes() for name, value in drawn.values.items()}
            found[number] = {"graph": batch.graph, "sizes": dict(batch.sizes), **values}
    return found


WHOLE = points(SMALL, Span(0, 1000))


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(1, 70)), min_size=1, max_size=4))
def test_any_span_computed_alone_has_the_same_points(spans: list[tuple[int, int]]) -> None:
    again = Plan.from_json(SMALL.to_json())
    for start, length in spans:
        span = Span(start, min(1000, start + length))
        alone = points(again, span)
        assert list(alone) == list(range(span.start, span.stop))
        assert all(alone[number] == WHOLE[number] for number in alone)


def test_another_seed_has_other_points() -> None:
    other = points(Plan(1000, seed=4, batch=8, points_a_graph=64, points_a_span=32), Span(0, 1000))
    assert not any(other[number] == WHOLE[number] for number in WHOLE)


def test_no_two_points_are_the_same() -> None:
    assert len({json.dumps({name: str(value) for name, value in point.items()}) for point in WHOLE.values()}) == 1000


def test_spans_and_batches_are_every_point_once() -> None:
    spans = list(SMALL.spans())
    assert [n for span in spans for n in range(span.start, span.stop)] == list(range(1000))
    for span in spans:
        batches = list(SMALL.batches(span))
        assert [n for batch in batches for n in range(batch.span.start, batch.span.stop)] == list(
            range(span.start, span.stop)
        )
        for batch in batches:
            ends = batch.span.start, batch.span.stop - 1
            assert {SMALL.graph(n) for n in ends} == {batch.graph}
            assert all(SMALL.sizes(n) == batch.sizes for n in ends)


def test_a_sweep_without_end_goes_on_with_the_same_spans() -> None:
    endless = Plan(seed=3, batch=8, points_a_graph=64, points_a_span=32)
    assert list(islice(endless.spans(), 31)) == list(SMALL.spans())[:31]
    assert next(islice(endless.spans(), 10**5, None)) == Span(32 * 10**5, 32 * (10**5 + 1))


@pytest.mark.parametrize("seed", range(4))
def test_the_walk_over_sizes_meets_every_combination_before_any_again(seed: int) -> None:
    plan = Plan(seed=seed, batch=1, points_a_graph=2**20, points_a_span=1)
    first = next(number for number in range(0, 2**30, 2**20) if len(plan.graph(number).axes) == 4)
    axes = plan.graph(first).axes
    others = list(product(range(1, 9), repeat=3))
    seen: dict[tuple[int, ...], int] = {}
    for number in range(first, first + 16 * len(others)):
        sizes = tuple(plan.sizes(number)[axis] for axis in axes)
        seen[sizes] = seen.get(sizes, 0) + 1
    # Larger batches come more often: eight three times, none once.
    shares = {8: 3, 7: 2, 6: 2, 5: 2, 4: 2, 3: 2, 2: 1, 1: 1, 0: 1}
    assert seen == {(batch, *rest): share for batch, share in shares.items() for rest in others}
    assert plan.sizes(first + 16 * len(others)) == plan.sizes(first)


def test_the_walk_sees_all_sizes_soon() -> None:
    plan = Plan(seed=1, batch=1, points_a_graph=2**20, points_a_span=1)
    sizes = [plan.sizes(number) for number in range(64)]
    for axis in plan.graph(0).axes:
        assert len({one[axis] for one in sizes}) == (9 if axis == "batch" else 8)


@pytest.mark.parametrize("seed", range(3))
def test_every_four_sizes_are_met_in_little_more_stacks_than_there_are_of_them(seed: int) -> None:
    plan = Plan(seed=seed, batch=1, points_a_graph=2**20, points_a_span=1)
    others = [axis for axis in plan.graph(0).axes if axis != "batch"]
    met = {tuple(plan.sizes(number)[axis] for axis in others) for number in range(8**4 * 9 // 8)}
    assert met == set(product(range(1, 9), repeat=4))


def test_the_first_graphs_are_the_seeds_in_each_dtype() -> None:
    assert [SMALL.graph(number * 64).dtype for number in (0, 1)] == ["float32", "float64"]
    assert SMALL.graph(0).changed(dtype="float64") == SMALL.graph(64) != SMALL.graph(128)


def test_an_exact_plan_has_polynomials_alone() -> None:
    plan = plan_of(2**18, exact=True)
    for number in range(0, 2**18, plan.points_a_graph):
        assert plan.graph(number).dtype == "float64"
        assert plan.graph(number).reduction != "mean"
    with pytest.raises(UsageError, match="integers are exact in float64 alone; found float32"):
        plan_of(10, exact=True, dtypes=["float32"])
    with pytest.raises(UsageError, match="law golden is no identity of polynomials"):
        plan_of(10, exact=True, laws=["golden"])


@given(st.one_of(st.none(), st.integers(1, 2 * 10**12)))
def test_a_plan_suits_the_number_of_points(count: int | None) -> None:
    plan = plan_of(count)
    assert plan.points == count
    assert plan.batch <= plan.points_a_span <= plan.points_a_graph
    assert plan.points_a_graph <= 2**22
    if count is not None and count >= DEFAULT_POINTS:
        assert count >= 4 * plan.points_a_graph
    if count is not None and count <= 2**30:
        assert count <= 256 * plan.points_a_graph


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [64, 1000, 8192, 10_000, 100_000])
def test_a_short_sweep_sees_several_graphs_and_sizes_and_both_dtypes(count: int, seed: int) -> None:
    plan = plan_of(count, seed=seed)
    batches = [batch for span in plan.spans() for batch in plan.batches(span)]
    graphs = dict.fromkeys(batch.graph for batch in batches)
    assert 4 <= len(graphs) <= 8
    assert {graph.dtype for graph in graphs} == {"float32", "float64"}
    for graph in list(graphs)[:3]:  # a last one may be cut off
        sizes = [batch.sizes for batch in batches if batch.graph == graph]
        assert len({tuple(one.items()) for one in sizes}) == 8
        assert sum(one["batch"] > 0 for one in sizes) >= 6


def test_the_points_of_a_standard_sweep_are_for_ever_the_same() -> None:
    plan, digest = plan_of(DEFAULT_POINTS), hashlib.blake2b(digest_size=8)
    assert (plan.batch, plan.points_a_graph, plan.points_a_span) == (2**13, 2**17, 2**17)
    for number in range(0, DEFAULT_POINTS, 50_001):
        graph, sizes = plan.graph(number), plan.sizes(number)
        digest.update(json.dumps([graph.to_json(), sorted(sizes.items())], sort_keys=True).encode())
        for _, value in sorted(draw(graph, sizes, 1, seed=plan.seed, start=number).values.items()):
            digest.update(value.tobytes())
    assert digest.hexdigest() == "1605b82ee0e5ca00"


@pytest.mark.parametrize(
    "plan", [SMALL, Plan(), plan_of(10**9, seed=-2, engines=["eager", "xla"], laws=["leak"], exact=False)]
)
def test_a_plan_survives_json(plan: Plan) -> None:
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": 0}, r"points must be a whole number from 1 to 2\^48; found 0"),
        ({"points": MOST_POINTS + 1}, "points must be a whole number"),
        ({"points": 1.5}, r"points must be a whole number from 1 to 2\^48; found 1\.5"),
        ({"points": True}, "points must be a whole number"),
        ({"seed": "1"}, "seed must be a whole number; found '1'"),
        ({"batch": 3}, "batch must be a power of two of at least 3; found 3"),
        ({"points_a_span": 2**12}, "points_a_span must be a power of two of at least 8192; found 4096"),
        ({"points_a_graph": 2**20 + 1}, "points_a_graph must be a power of two"),
        ({"engines": ()}, "at least one engine and one dtype"),
        ({"dtypes": ()}, "at least one engine and one dtype"),
        ({"engines": ["grapf"]}, "unknown engine 'grapf'; did you mean 'graph'"),
        ({"laws": ["adition"]}, "unknown law 'adition'; did you mean 'addition'"),
        ({"dtypes": ["float16"]}, "unknown dtype 'float16'"),
        ({"layers": ["dense", "rare", "rarer"]}, "draws graphs from a layer that is not installed here: rare, rarer"),
        ({"losses": ["rare"]}, "draws graphs from a loss that is not installed here: rare"),
        ({"laws": ["golden"], "exact": True}, "law golden is no identity"),
        ({"engines": ["graph", "numeric"], "exact": True}, "engine numeric approximates, so that no exact sweep"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Plan(**options)
    with pytest.raises(UsageError, match=message):
        Plan.from_json({**Plan().to_json(), **options})


@pytest.mark.parametrize("stored", [7, {}, {"points": 1}, {**Plan().to_json(), "more": 1}])
def test_what_is_no_plan_is_refused(stored: object) -> None:
    with pytest.raises(UsageError, match="has other fields than this gradcheck's"):
        Plan.from_json(stored)


def test_fields_of_a_wrong_type_are_refused() -> None:
    with pytest.raises(UsageError, match="a field has the wrong type"):
        Plan.from_json({**Plan().to_json(), "engines": 7})


def test_a_plan_draws_the_same_graphs_where_more_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = SMALL.to_json()
    numbers = range(0, 1000, SMALL.points_a_graph)
    expected = [SMALL.graph(number) for number in numbers]
    monkeypatch.setitem(layers._entries, "another", SimpleNamespace(name="another"))
    monkeypatch.setitem(losses._entries, "another", SimpleNamespace(name="another"))
    _graph.cache_clear()
    assert [Plan.from_json(stored).graph(number) for number in numbers] == expected
    # A plan that is made here draws from what is here, and is another.
    assert "another" in Plan().layers
    assert "another" in Plan().losses
    assert Plan().name != replace(Plan(), layers=SMALL.layers, losses=SMALL.losses).name


def test_a_worker_that_lacks_a_layer_refuses_the_graphs_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as installed:
        installed.setitem(layers._entries, "another", SimpleNamespace(name="another", polynomial=True))
        sent = pickle.dumps(Plan(seed=3, batch=8, points_a_graph=8, points_a_span=8, layers=("another",)))
    with pytest.raises(UsageError, match="unknown layer 'another'"):
        [pickle.loads(sent).graph(number) for number in range(0, 100, 8)]


@given(st.integers(0, 100), st.integers(2, 100))
def test_halves_are_the_whole(start: int, length: int) -> None:
    first, second = Span(start, start + length).halves()
    assert (first.start, first.stop, second.stop) == (start, second.start, start + length)
    assert min(len(first), len(second)) >= 1
    assert np.abs(len(first) - len(second)) <= 1
