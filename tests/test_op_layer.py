"""Operations of the catalogue are layers of two-head graphs, where their shapes allow it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.assertions.laws import assert_law
from gradcheck.backend import tf
from gradcheck.domain import away, distinct, real
from gradcheck.errors import LawBroken, UsageError
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import layers
from gradcheck.op import COMPLEX, Op, ops
from gradcheck.op_layer import operation_layers, why_no_layer
from gradcheck.point import draw
from gradcheck.sample import sample_graph
from gradcheck.strategies import points, two_head_graphs

CHOSEN = ("ops.erf", "ops.bessel_i0e", "ops.log_softmax", "ops.sqrt")


def op(call, *inputs, **options):
    return Op("it", "lies", call, inputs or (real(2, 3),), **options)


@pytest.mark.parametrize("law", ["numeric", "agreement", "addition", "leak"])
@pytest.mark.parametrize("layer", CHOSEN)
def test_laws_hold_on_graphs_with_operations(law, layer) -> None:
    graph = TwoHeadGraph(trunk=(layer,), head2=(layer, "dense"), wiring="stopped", dtype="float64")
    point = draw(graph, dict.fromkeys(graph.axes, 3), 1)[0]
    assert_law(law, graph, point, engine="graph", peers=("eager",))


def test_a_wrong_gradient_of_an_operation_breaks_a_law(monkeypatch) -> None:
    @tf.custom_gradient
    def worse(x):
        return tf.math.erf(x), lambda dy: 1.01 * dy * 2.0 / np.sqrt(np.pi) * tf.exp(-(x**2))

    monkeypatch.setitem(ops._entries, "worse", op(worse))
    graph = TwoHeadGraph(trunk=("ops.worse",), dtype="float64")
    with pytest.raises(LawBroken, match="numeric"):
        assert_law("numeric", graph, draw(graph, dict.fromkeys(graph.axes, 3), 1)[0], engine="eager")


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (op(tf.add, real(2, 3), real(2, 3)), "it has 2 inputs"),
        (op(tf.sort, distinct(2, 3)), "no smooth function"),
        (op(tf.identity, dtypes=COMPLEX), "it is not declared for float32 and float64"),
        (op(tf.tanh, limits={"xla": "no kernel"}), "some engine cannot run it (no kernel)"),
        (op(tf.linalg.inv), "it raises InvalidArgumentError"),
        (op(tf.transpose), "its result has another shape"),
        (op(tf.reduce_sum), "its result has another shape"),
        (op(tf.stop_gradient), "it has no gradient"),
        (op(lambda x: tf.cumsum(x, axis=1)), "an example depends on others"),
        (op(lambda x: x + tf.random.normal(tf.shape(x), dtype=x.dtype)), "or the result is another one each time"),
        (op(lambda x: tf.cast(x, tf.float64)), "its result has another dtype"),
    ],
)
def test_what_cannot_be_a_layer_says_why(subject, reason) -> None:
    assert reason in why_no_layer(subject)


@pytest.mark.parametrize("domain", [real(2, 3), away(2, 3), real(2, 3, low=0.3, high=3.0)])
def test_any_number_is_brought_into_the_domain(domain) -> None:
    brought = domain.bring(tf.constant([-1e3, -1.0, 0.0, 1.0, 1e3])).numpy()
    drawn = domain.draw(np.random.default_rng(0), (1000,))
    assert np.all(np.diff(brought) >= 0)
    assert brought[0] >= drawn.min() - 0.1
    assert brought[-1] <= drawn.max() + 0.1


def test_many_operations_can_be_layers() -> None:
    names = operation_layers()
    assert len(names) >= 60
    assert set(CHOSEN) <= set(names)
    assert "ops.sort" not in names


def test_an_unknown_operation_and_one_that_cannot_be_a_layer_are_refused() -> None:
    with pytest.raises(UsageError, match="unknown op 'erff'; did you mean 'erf'"):
        TwoHeadGraph(trunk=("ops.erff",))
    with pytest.raises(UsageError, match="operation 'reduce_sum' cannot be a layer"):
        TwoHeadGraph(trunk=("ops.reduce_sum",))
    assert "ops.erf" in layers
    assert "ops.reduce_sum" not in layers
    assert "ops.erf" not in layers.names()


def test_a_graph_with_operations_is_rebuilt_from_repr_and_json() -> None:
    graph = TwoHeadGraph(trunk=("ops.erf",))
    assert eval(repr(graph)) == graph
    assert TwoHeadGraph.from_json(graph.to_json()) == graph


@given(st.data())
@settings(max_examples=5)
def test_strategies_and_samples_draw_from_the_layers_that_are_named(data) -> None:
    graph = data.draw(two_head_graphs(among=("ops.erf",)))
    used = {layer.name for _, layer in graph.all_layers()}
    assert used <= {"dense", "ops.erf"}
    assert data.draw(points(graph)).sizes
    sampled = [sample_graph(0, index, ("float32",), ("ops.erf",)) for index in range(8)]
    assert {layer.name for graph in sampled for _, layer in graph.all_layers()} == {"ops.erf"}
