"""Points are drawn alike everywhere and for ever, stored to the last bit, and refused when they do not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH, SEED_GRAPH, W1, W2, golden_point
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import layer, layers
from gradcheck.point import Point, Points, draw, draw_integers, stack, value_shapes
from gradcheck.strategies import points, sizes, two_head_graphs

SIZES = {"batch": 3, "vocabulary": 4, "embedding": 2, "head1/0": 3, "head2/0": 5}
seeds = st.integers(-(2**40), 2**80)


def same(left: Point | Points, right: Point | Points) -> bool:
    """Whether two points are the same to the last bit."""
    return left.sizes == right.sizes and all(
        left.values[name].dtype == value.dtype and np.array_equal(left.values[name], value, equal_nan=True)
        for name, value in right.values.items()
    )


def test_the_stream_is_frozen() -> None:
    """Witnesses and seeds of old runs must give the same points in every version."""
    point = draw(SEED_GRAPH, SIZES, 1, seed=7)[0]
    assert point.values["embedding"].tolist()[0] == [-0.9249267578125, -1.3582763671875]
    assert point.values["ids"].tolist() == [1, 1, 2]


@given(st.data())
def test_json_holds_every_bit(data: st.DataObject) -> None:
    graph = data.draw(two_head_graphs())
    point = data.draw(points(graph))
    assert same(Point.from_json(graph, json.loads(json.dumps(point.to_json()))), point)


@given(two_head_graphs(), st.data(), seeds)
def test_drawn_values_fit_the_graph_and_float32(graph: TwoHeadGraph, data: st.DataObject, seed: int) -> None:
    chosen = data.draw(sizes(graph))
    drawn = draw(graph, chosen, 2, seed=seed)
    assert {name: value.shape[1:] for name, value in drawn.values.items()} == value_shapes(graph, chosen)
    assert drawn.narrow
    assert same(drawn, replace(drawn, narrow=False).rounded("float32"))
    assert all(np.all(drawn.values[name] != 0) for name in graph.variables)
    assert np.all((drawn.values["ids"] >= 0) & (drawn.values["ids"] < chosen["vocabulary"]))


@given(st.integers(0, 9), st.integers(0, 3), seeds)
def test_a_point_depends_on_its_number_alone(start: int, offset: int, seed: int) -> None:
    many = draw(SEED_GRAPH, SIZES, 4, seed=seed, start=start)
    assert same(draw(SEED_GRAPH, SIZES, 1, seed=seed, start=start + offset)[0], many[offset])


def test_seed_sizes_and_structure_change_the_points_and_dtype_does_not() -> None:
    usual = draw(SEED_GRAPH, SIZES, 1)
    assert same(draw(replace(SEED_GRAPH, dtype="float64"), SIZES, 1), usual)
    assert not same(draw(SEED_GRAPH, SIZES, 1, seed=1), usual)
    assert not np.array_equal(
        draw(SEED_GRAPH, SIZES | {"head2/0": 4}, 1).values["embedding"], usual.values["embedding"]
    )
    assert not np.array_equal(draw(GOLDEN_GRAPH, SIZES, 1).values["embedding"], usual.values["embedding"])


def test_distributions_sum_to_exactly_one_and_are_frozen_too() -> None:
    graph = TwoHeadGraph(loss1="softmax_cross_entropy")
    labels = draw(graph, SIZES, 50).values["labels1"]
    assert (labels[0, 0] * 1024).tolist() == [397.0, 144.0, 483.0]
    assert np.all(labels.sum(axis=-1) == 1.0)
    assert np.all(labels >= 0)


@given(st.integers(0, 100), seeds)
def test_integers_are_whole_and_bounded(bound: int, seed: int) -> None:
    drawn = draw_integers(GOLDEN_GRAPH, SIZES, 3, bound=bound, seed=seed)
    for value in drawn.values.values():
        assert np.all(value == np.round(value))
        assert np.all(np.abs(value) <= max(bound, 3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": -1}, r"^count must be at least 0; found -1$"),
        ({"count": 1, "start": -2}, r"^start must be at least 0; found -2$"),
    ],
)
def test_negative_counts_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw(SEED_GRAPH, SIZES, **options)
    with pytest.raises(UsageError, match=r"^bound must be at least 0; found -1$"):
        draw_integers(SEED_GRAPH, SIZES, 1, bound=-1)


def test_no_points_are_an_empty_stack() -> None:
    assert len(draw(SEED_GRAPH, SIZES, 0)) == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vocabulary": 0}, r"^size vocabulary must be an integer of at least 1; found 0$"),
        ({"batch": -1}, r"^size batch must be an integer of at least 0; found -1$"),
        ({"embedding": True}, r"^size embedding must be an integer of at least 1; found True$"),
        ({"head1/0": 2.0}, r"^size head1/0 must be an integer of at least 1; found 2\.0$"),
        ({"trunk/0": 2}, r"^sizes must name exactly the graph's axes batch, vocabulary, embedding, head1/0, head2/0;"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw(SEED_GRAPH, SIZES | changed, 1)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (W1, [[0.0]], r"must have shape \(3, 4\); found \(1, 1\)$"),
        ("ids", [1], r"must be integers from 0 to 0; found \[1\]$"),
        ("ids", [float("nan")], r"must be integers from 0 to 0"),
        ("labels1", "none", r"must be numbers of shape \(1, 4\); found 'none'$"),
        ("a", {}, r"must be numbers of shape \(\)"),
        ("w3", 1.0, "a point of this graph must have the values embedding, "),
    ],
)
def test_stored_values_that_do_not_fit_are_refused(name: str, value: Any, message: str) -> None:
    stored = golden_point().to_json()
    stored["values"][name] = value
    with pytest.raises(UsageError, match=message):
        Point.from_json(GOLDEN_GRAPH, stored)


def test_class_labels_must_be_classes() -> None:
    stored = draw(SEED_GRAPH, SIZES, 1)[0].to_json()
    stored["values"]["labels2"] = [0, 4, 5]
    with pytest.raises(UsageError, match=r"^value labels2 must be integers from 0 to 4; found \[0, 4, 5\]$"):
        Point.from_json(SEED_GRAPH, stored)


def test_an_empty_batch_keeps_its_shape() -> None:
    point = draw(GOLDEN_GRAPH, SIZES | {"batch": 0}, 1)[0]
    again = Point.from_json(GOLDEN_GRAPH, json.loads(json.dumps(point.to_json())))
    assert again.values["labels2"].shape == (0, 5)


def test_stacks_are_cut_joined_and_replaced() -> None:
    drawn = draw(SEED_GRAPH, SIZES, 4)
    assert same(stack(list(drawn)), drawn)
    assert same(drawn.take([3, 1])[1], drawn[1])
    assert same(drawn[2].stacked()[0], drawn[2])
    changed = drawn.replaced([1, 3], drawn.take([0, 0]))
    assert [same(changed[i], drawn[0]) for i in range(4)] == [True, True, False, True]
    assert not same(drawn[1], drawn[0])


@pytest.mark.parametrize(("center", "narrow"), [(1.0, True), (0.1, False), (2.0**12, False)])
def test_a_center_that_float32_does_not_hold_with_its_distance_is_known(
    monkeypatch: pytest.MonkeyPatch, *, center: float, narrow: bool
) -> None:
    monkeypatch.setattr(layers, "_entries", dict(layers._entries))
    layer("centered", parameters={"scale": ("in",)}, centers={"scale": center})(lambda x, scale: x * scale)
    drawn = draw(TwoHeadGraph(head1=("centered",)), {"batch": 1, "vocabulary": 2, "embedding": 2, "head2/0": 2}, 9)
    assert drawn.narrow is narrow
    assert same(drawn, replace(drawn, narrow=False).rounded("float32")) is narrow
    assert drawn.take([0, 1]).narrow is narrow
    assert not drawn.map_floats(lambda _, value: value).narrow


def test_rounding_changes_floats_alone() -> None:
    drawn = draw(SEED_GRAPH, SIZES, 1).map_floats(lambda _, value: value + 2.0**-40)
    rounded = drawn.rounded("float32")
    assert not same(rounded, drawn)
    assert rounded.values["ids"].dtype == np.int32
    assert rounded.values[W2].dtype == np.float64
    assert same(drawn.rounded("float64"), drawn)
