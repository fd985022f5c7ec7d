"""A graph is a value: printed, stored, compared; it knows its variables, shapes and paths."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given

from gradcheck.errors import UsageError
from gradcheck.golden import SEED_GRAPH
from gradcheck.graph import TwoHeadGraph, Wiring, block_of
from gradcheck.objective import as_objective, loss1, loss2, stop
from gradcheck.strategies import two_head_graphs

DEEP = TwoHeadGraph(trunk=("dense", "relu"), head1=("dense_bias",), head2=("residual", "dense"))
SIZES = {"batch": 2, "vocabulary": 7, "embedding": 3, "trunk/0": 4, "head1/0": 5, "head2/1": 6}


@given(two_head_graphs())
def test_repr_rebuilds_the_graph(graph: TwoHeadGraph) -> None:
    again = eval(repr(graph))
    assert again == graph
    assert hash(again) == hash(graph)


@given(two_head_graphs())
def test_json_rebuilds_the_graph(graph: TwoHeadGraph) -> None:
    assert TwoHeadGraph.from_json(json.loads(json.dumps(graph.to_json()))) == graph


@given(two_head_graphs())
def test_every_variable_has_a_shape_and_a_rank(graph: TwoHeadGraph) -> None:
    shapes = graph.shapes(dict.fromkeys(graph.axes, 2))
    assert tuple(shapes) == tuple(graph.ranks()) == graph.variables
    assert {name: len(shape) for name, shape in shapes.items()} == graph.ranks()
    assert {block_of(name) for name in graph.variables} <= {"embedding", "trunk", "head1", "head2"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trunk": ("dens",)}, r"^unknown layer 'dens'; did you mean 'dense'\?"),
        ({"loss2": "plain_sun"}, r"^unknown loss 'plain_sun'; did you mean 'plain_sum'\?"),
        ({"wiring": "parralel"}, r"^unknown wiring 'parralel'; did you mean 'parallel'\?"),
        ({"reduction": "avg"}, r"^unknown reduction 'avg'\. Known: mean, none, sum$"),
        ({"dtype": "float46"}, r"^unknown dtype 'float46'; did you mean 'float64'\?"),
        ({"head1": ("dense",) * 4}, r"^head1 must have at most 3 layers; found 4$"),
    ],
)
def test_what_no_graph_can_have_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TwoHeadGraph(**options)


@pytest.mark.parametrize("changed", [{"dtype": None}, {"colour": "red"}, {"trunk": "dense"}])
def test_json_of_no_graph_is_refused(changed: dict[str, Any]) -> None:
    stored = {name: value for name, value in (SEED_GRAPH.to_json() | changed).items() if value is not None}
    with pytest.raises(UsageError, match="graph"):
        TwoHeadGraph.from_json(stored)


def test_options_are_taken_as_plain_words_and_lists() -> None:
    graph = TwoHeadGraph(head1=["dense"], wiring="stopped")
    assert graph.wiring is Wiring.STOPPED
    assert graph.head1 == ("dense",)
    assert graph.changed(wiring="chained") == SEED_GRAPH


@pytest.mark.parametrize(
    ("wiring", "of_loss1", "of_loss2"),
    [
        ("chained", {"embedding", "trunk", "head1"}, {"embedding", "trunk", "head1", "head2"}),
        ("stopped", {"embedding", "trunk", "head1"}, {"head2"}),
        ("parallel", {"embedding", "trunk", "head1"}, {"embedding", "trunk", "head2"}),
    ],
)
def test_each_loss_reaches_what_its_wiring_lets_it(wiring: str, of_loss1: set[str], of_loss2: set[str]) -> None:
    graph = DEEP.changed(wiring=wiring)
    assert {block_of(name) for name in graph.reached_by("loss1")} == of_loss1
    assert {block_of(name) for name in graph.reached_by("loss2")} == of_loss2
    for name in graph.variables:
        assert graph.connects(as_objective(loss1), name) == (name in graph.reached_by("loss1"))
        assert graph.connects(as_objective(stop(loss1) * loss2), name) == (name in graph.reached_by("loss2"))
        assert not graph.connects(as_objective(stop(loss1 + loss2)), name)


def test_sizes_give_widths_and_shapes() -> None:
    assert DEEP.axes == tuple(SIZES)
    assert DEEP.widths(SIZES) == {
        "trunk/0": (3, 4),
        "trunk/1": (4, 4),
        "head1/0": (4, 5),
        "head2/0": (5, 5),
        "head2/1": (5, 6),
    }
    assert DEEP.outputs(SIZES) == (5, 6)
    assert DEEP.shapes(SIZES) == {
        "embedding": (7, 3),
        "trunk/0/kernel": (3, 4),
        "head1/0/kernel": (4, 5),
        "head1/0/bias": (5,),
        "head2/0/kernel": (5, 5),
        "head2/1/kernel": (5, 6),
    }


def test_parallel_heads_read_the_trunk() -> None:
    graph = DEEP.changed(wiring="parallel")
    assert graph.widths(SIZES)["head2/0"] == (4, 4)


def test_heads_without_layers_pass_their_input_on() -> None:
    graph = TwoHeadGraph(trunk=("dense",), head1=(), head2=())
    assert graph.outputs({"batch": 1, "vocabulary": 1, "embedding": 3, "trunk/0": 4}) == (4, 4)


def test_kinks_are_known() -> None:
    assert DEEP.kinked
    assert not SEED_GRAPH.kinked


def test_graphs_are_pickled_as_their_fields() -> None:
    graph = TwoHeadGraph(trunk=("tanh",))
    assert graph.variables
    assert pickle.loads(pickle.dumps(graph)) == graph
    assert pickle.loads(pickle.dumps(graph)).variables == graph.variables
