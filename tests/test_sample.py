"""Random graphs and sizes depend on seed and number alone, and cover what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import layers, losses
from gradcheck.point import draw
from gradcheck.sample import LARGEST, Choices, edge_sizes, sample_graph, sample_sizes

BOTH = ("float32", "float64")
MANY = [sample_graph(0, index, BOTH) for index in range(120)]


@given(st.integers(-(2**70), 2**70), st.integers(0, 2**40))
def test_the_same_seed_and_number_give_the_same_graph(seed: int, index: int) -> None:
    graph = sample_graph(seed, index, BOTH)
    assert sample_graph(seed, index, BOTH) == graph
    assert sample_sizes(graph, seed, index) == sample_sizes(graph, seed, index)


def test_graphs_are_the_same_in_every_version() -> None:
    assert MANY[1] == TwoHeadGraph(
        trunk=("softplus", "residual", "residual"),
        head1=("tanh",),
        head2=("sigmoid",),
        wiring="stopped",
        loss1="sparse_softmax_cross_entropy",
        loss2="softmax_cross_entropy",
        reduction="sum",
        dtype="float64",
    )
    assert sample_sizes(MANY[1], 0, 1) == {"batch": 7, "vocabulary": 7, "embedding": 6}


def test_other_seeds_and_numbers_give_other_graphs() -> None:
    assert len(set(MANY)) == len(MANY)
    assert sample_graph(1, 3, BOTH) != sample_graph(0, 3, BOTH)


def test_wirings_and_dtypes_take_turns() -> None:
    assert [graph.wiring.value for graph in MANY[:4]] == ["chained", "stopped", "parallel", "chained"]
    assert {(graph.wiring.value, graph.dtype) for graph in MANY[:6]} == {
        (wiring, dtype) for wiring in ("chained", "stopped", "parallel") for dtype in BOTH
    }
    assert {sample_graph(0, index, ("float64",)).dtype for index in range(9)} == {"float64"}


def test_every_word_is_used() -> None:
    assert {name for graph in MANY for name in (*graph.trunk, *graph.head1, *graph.head2)} == set(layers.names())
    assert {graph.loss1 for graph in MANY} == {graph.loss2 for graph in MANY} == set(losses.names())
    assert {graph.reduction for graph in MANY} == {"none", "sum", "mean"}


@pytest.mark.parametrize("least", [1, 2, 8])
def test_sizes_keep_to_their_bounds(least: int) -> None:
    found = {size for i, graph in enumerate(MANY) for size in sample_sizes(graph, 5, i, least=least).values()}
    assert found == set(range(least, LARGEST + 1))


def test_edges_are_empty_single_and_crowded_and_can_be_drawn() -> None:
    graph = TwoHeadGraph()
    empty, single, crowded = edge_sizes(graph)
    assert empty["batch"] == 0
    assert set(single.values()) == {1}
    assert crowded["batch"] > crowded["vocabulary"]
    for sizes in (empty, single, crowded):
        assert len(draw(graph, sizes, 2)) == 2


@given(st.integers(1, 1000))
def test_choices_are_below_their_limit(limit: int) -> None:
    choices = Choices(0, limit)
    assert all(0 <= choices.below(limit) < limit for _ in range(20))
