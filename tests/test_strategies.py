"""Strategies reach every graph and point, refuse what no graph can have, and shrink to the smallest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.graph import TwoHeadGraph
from gradcheck.identity import is_polynomial
from gradcheck.objective import as_objective, loss2
from gradcheck.point import Point, value_shapes
from gradcheck.strategies import points, sizes, two_head_graphs

SEARCH = settings(
    max_examples=2000,
    phases=[Phase.generate, Phase.shrink],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[TwoHeadGraph, Point]:
    graph = draw(two_head_graphs())
    return graph, draw(points(graph))


def leaks(case: tuple[TwoHeadGraph, Point]) -> bool:
    """Whether loss2 reaches head 1, as head 2's only reader of it must see."""
    graph, point = case
    heads = [name for name in graph.variables if name.startswith("head1")]
    return point.sizes["batch"] > 0 and any(graph.connects(as_objective(loss2), name) for name in heads)


def test_a_leak_in_a_deep_graph_shrinks_to_two_dense_layers() -> None:
    graph, point = find(cases(), leaks, settings=SEARCH)
    assert graph == TwoHeadGraph(loss1="plain_sum", loss2="plain_sum", reduction="sum")
    assert set(point.sizes.values()) <= {1, 2}


def test_what_needs_depth_keeps_it_and_nothing_more() -> None:
    graph = find(two_head_graphs(), lambda graph: len(graph.trunk) >= 2 and graph.reduction != "sum", settings=SEARCH)
    assert graph == TwoHeadGraph(trunk=("dense", "dense"), loss1="plain_sum", loss2="plain_sum", reduction="none")


def test_what_needs_size_keeps_it_and_nothing_more() -> None:
    point = find(points(TwoHeadGraph()), lambda point: point.sizes["embedding"] >= 3, settings=SEARCH)
    assert {axis: size for axis, size in point.sizes.items() if size > 1} == {"embedding": 3}


def test_graphs_shrink_to_the_first_wiring() -> None:
    graph = find(two_head_graphs(wirings=("parallel", "stopped")), lambda _: True, settings=SEARCH)
    assert graph.wiring == "parallel"
    assert graph.dtype == "float32"


@given(two_head_graphs(wirings=("stopped",), dtypes=("float64",), max_layers=1))
def test_graphs_keep_to_what_was_asked(graph: TwoHeadGraph) -> None:
    assert (graph.wiring, graph.dtype) == ("stopped", "float64")
    assert max(len(graph.trunk), len(graph.head1), len(graph.head2)) <= 1


@given(two_head_graphs(max_layers=0))
def test_graphs_may_have_no_layers(graph: TwoHeadGraph) -> None:
    assert graph.variables == ("embedding",)


@given(st.data())
def test_polynomial_graphs_take_whole_points(data: st.DataObject) -> None:
    graph = data.draw(two_head_graphs(polynomial=True))
    point = data.draw(points(graph, integers=True))
    assert is_polynomial(graph)
    assert all(np.all(value == np.round(value)) for value in point.values.values())


@given(st.data(), st.integers(1, 5), st.integers(0, 1))
def test_points_keep_to_their_bounds(data: st.DataObject, most: int, least_batch: int) -> None:
    graph = data.draw(two_head_graphs())
    point = data.draw(points(graph, max_size=most, min_batch=least_batch, fixed={"embedding": 7}))
    assert point.sizes["embedding"] == 7
    assert point.sizes["batch"] >= least_batch
    assert all(1 <= size <= most for axis, size in point.sizes.items() if axis not in {"batch", "embedding"})
    assert {name: value.shape for name, value in point.values.items()} == value_shapes(graph, point.sizes)


@pytest.mark.parametrize(("least", "can"), [(0, True), (1, False)])
def test_empty_batches_are_a_choice(least: int, can: bool) -> None:
    strategy = sizes(TwoHeadGraph(), min_batch=least)
    seen = set()
    find(strategy, lambda chosen: seen.add(chosen["batch"]) or len(seen) == (9 if can else 8), settings=SEARCH)
    assert (0 in seen) == can


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_layers": -1}, r"^max_layers must be from 0 to 3; found -1$"),
        ({"max_layers": 4}, r"^max_layers must be from 0 to 3; found 4$"),
        ({"wirings": ("chain",)}, r"^unknown wiring 'chain'; did you mean 'chained'\?"),
        ({"dtypes": ("float16",)}, r"^unknown dtype 'float16'"),
        ({"wirings": ()}, r"^at least one wiring must be given; found none$"),
        ({"dtypes": ()}, r"^at least one dtype must be given; found none$"),
    ],
)
def test_what_no_graph_can_have_is_refused_at_once(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        two_head_graphs(**options)
