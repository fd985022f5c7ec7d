"""The joint loss by real variables, and what transforms do with its gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradcheck.backend import tf
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Point, draw
from gradcheck.transforms._joint import Joint, added, batch_of, collected, variables_of

GRAPH = TwoHeadGraph(dtype="float64", reduction="sum")
MEAN = replace(GRAPH, reduction="mean")


def point_of(graph: TwoHeadGraph, batch: int = 3) -> Point:
    return draw(graph, dict.fromkeys(graph.axes, 3) | {"batch": batch}, 1)[0]


def joint_of(graph: TwoHeadGraph, point: Point) -> Joint:
    return Joint(graph, variables_of(graph, point))


def test_examples_add_up_to_the_total() -> None:
    point = point_of(MEAN)
    joint, batch = joint_of(MEAN, point), batch_of(MEAN, point)
    examples = joint.examples(batch)
    assert examples.shape == (3,)
    np.testing.assert_allclose(np.sum(examples), joint.total(batch), rtol=1e-15)
    np.testing.assert_allclose(np.mean(examples), joint(batch), rtol=1e-15)


def test_gradient_is_dense() -> None:
    point = point_of(GRAPH)
    joint = joint_of(GRAPH, point)
    gradients = joint.gradient(lambda: joint(batch_of(GRAPH, point)))
    assert all(isinstance(gradient, tf.Tensor) for gradient in gradients)


@pytest.mark.parametrize(("graph", "expected"), [(GRAPH, 6.0), (MEAN, 2.0)])
def test_average_divides_only_where_the_graph_does(graph: TwoHeadGraph, expected: float) -> None:
    point = point_of(graph)
    found = joint_of(graph, point).average([tf.constant(6.0, tf.float64), None], batch_of(graph, point))
    assert float(found[0]) == expected
    assert found[1] is None


def test_average_over_no_example_is_zero() -> None:
    point = point_of(MEAN, batch=0)
    found = joint_of(MEAN, point).average([tf.constant(0.0, tf.float64)], batch_of(MEAN, point))
    assert float(found[0]) == 0.0


def test_absent_gradients_add_nothing() -> None:
    one = tf.constant(1.0)
    assert [None if g is None else float(g) for g in added([one, one, None, None], [one, None, one, None])] == [
        2.0,
        1.0,
        1.0,
        None,
    ]


def test_gradient_absent_at_a_point_is_absent() -> None:
    found = collected(GRAPH, [[tf.ones(2), tf.ones(1), None], [tf.ones(2), None, None]])
    assert np.array_equal(found["embedding"], np.ones((2, 2)))
    assert [found[name] for name in GRAPH.variables[1:]] == [Unconnected(), Unconnected()]
