"""What the tape gives stands beside what the structure says, and neither hides the other."""

from __future__ import annotations

import numpy as np
import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.flow.cell import Kind

W, U = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u"))


def test_a_norm_is_the_gradients_euclidean_norm() -> None:
    flow = gradcheck.flow(lambda x: {"loss": tf.reduce_sum(W * x), "other": U * 1.0}, tf.TensorSpec([2]))
    measured = flow.measure(np.array([3.0, 4.0], np.float32))
    assert measured["loss", "w"].norms == (5.0,)
    assert measured["loss", "u"].norms == (None,)
    assert flow["loss", "w"].norms == ()
    assert "│ w        │ connected, norm 5 │ independent" in str(measured)
    assert measured.explain("loss", "w").startswith("w -> loss: connected, norm 5; a gradient flows\n")


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_tiny_and_huge_entries_do_not_vanish_or_overflow(scale) -> None:
    measured = gradcheck.flow(lambda: tf.reduce_sum(W * tf.constant(scale))).measure()
    (norm,) = measured["loss", "w"].norms
    assert norm == pytest.approx(scale * np.sqrt(2), rel=1e-6)
    assert not measured["loss", "w"].dead


def test_a_cell_is_dead_if_it_is_zero_at_every_input() -> None:
    flow = gradcheck.flow(lambda x: tf.reduce_sum(tf.nn.relu(W * x)), tf.TensorSpec([2]))
    once = flow.measure(tf.constant([-1.0, -2.0]))
    assert once["loss", "w"].dead
    assert "connected, dead" in str(once)
    assert "connected, dead; connected, but exactly zero wherever it was measured" in once.explain("loss", "w")
    assert not once.measure(tf.constant([-1.0, 2.0]))["loss", "w"].dead
    assert once.measure(tf.constant([-3.0, -4.0]))["loss", "w"].dead


def test_what_is_blocked_or_independent_has_no_gradient_and_agrees() -> None:
    measured = gradcheck.flow(lambda: {"a": tf.stop_gradient(W) * U, "b": U * 1.0}).measure()
    assert [measured["a", "w"].norms, measured["b", "w"].norms] == [(None,), (None,)]
    assert measured.disagreements == ()


def test_zeros_of_a_flat_derivative_are_shown_and_no_disagreement() -> None:
    measured = gradcheck.flow(lambda: tf.sign(W) * U).measure()
    assert measured["loss", "w"].norms == (0.0,)
    assert "blocked by Sign, zeros" in str(measured)
    assert measured.disagreements == ()


def test_a_gradient_that_is_flattened_or_sparse_or_complex_has_a_norm() -> None:
    table = tf.Variable([[3.0, 0.0], [0.0, 4.0]], name="table")
    z = tf.Variable([3 + 4j], name="z", dtype=tf.complex64)
    measured = gradcheck.flow(
        lambda: {"rows": tf.nn.embedding_lookup(table, [0, 1, 1]), "z": tf.math.real(z * tf.math.conj(z))}
    ).measure()
    assert measured["rows", "table"].norms == (pytest.approx(np.sqrt(2 * 1 + 2 * 4)),)
    assert measured["z", "z"].norms == (pytest.approx(10.0),)


def test_one_gradient_that_raises_does_not_hide_the_others() -> None:
    image = tf.ones([1, 4, 4, 1])
    scale = tf.Variable(0.5, name="scale")

    def losses():
        small = tf.image.resize(scale * image, [2, 2], method="area")
        return {"area": tf.reduce_sum(small) + tf.reduce_sum(U), "plain": tf.reduce_sum(U) * scale}

    measured = gradcheck.flow(losses).measure()
    assert measured["area", "scale"].kind is Kind.BLOCKED
    assert measured["plain", "scale"].norms == (4.0,)
    (cell,) = measured.disagreements
    assert (cell.loss, cell.variable) == ("area", "u")  # the tape goes through the resizing although u is not there
    assert cell.disagreement.endswith("the tape raises LookupError: gradient registry has no entry for: ResizeArea")


def test_a_tape_that_raises_where_the_structure_connects_is_a_disagreement() -> None:
    @tf.custom_gradient
    def refuses(x):
        def gradient(dy):
            if refusing:
                raise ValueError("no gradient today")
            return dy

        return tf.identity(x), gradient

    refusing = False
    flow = gradcheck.flow(lambda: tf.reduce_sum(refuses(W)))
    refusing = True
    (cell,) = flow.measure().disagreements
    assert cell.disagreement == "the structure says connected, and the tape raises ValueError: no gradient today"
    assert "connected, but the tape raises" in str(flow.measure())


def test_a_gradient_where_the_structure_has_no_path_is_a_disagreement(monkeypatch) -> None:
    flow = gradcheck.flow(lambda: {"a": W * 1.0, "b": tf.stop_gradient(U) * 1.0})
    monkeypatch.setattr(tf.GradientTape, "gradient", lambda self, target, sources: [tf.ones(2) for _ in sources])
    told = {(cell.loss, cell.variable): cell.disagreement for cell in flow.measure().disagreements}
    assert told == {
        ("a", "u"): "the structure says independent, and the tape gives a gradient of norm 1.414",
        ("b", "w"): "the structure says independent, and the tape gives a gradient of norm 1.414",
        ("b", "u"): "the structure says blocked, and the tape gives a gradient of norm 1.414",
    }


def test_zeros_where_no_path_is_are_told_from_none(monkeypatch) -> None:
    flow = gradcheck.flow(lambda: {"a": W * 1.0, "b": U * 1.0})
    monkeypatch.setattr(tf.GradientTape, "gradient", lambda self, target, sources: [tf.zeros(2) for _ in sources])
    assert flow.measure()["a", "u"].disagreement == "the structure says independent, and the tape gives zeros, not None"
    assert flow.measure()["a", "w"].dead


def test_measuring_leaves_the_variables_as_they_were() -> None:
    layer = tf.keras.layers.BatchNormalization()
    counter = tf.Variable(0, name="counter")
    x = tf.constant([[1.0, 2.0], [5.0, 9.0]])

    @tf.function
    def count():
        counter.assign_add(1)

    def loss(x):
        count()
        return tf.reduce_sum(layer(x, training=True) ** 3)

    flow = gradcheck.flow(loss, x)
    before = [v.numpy() for v in (*layer.weights, counter)]
    flow.measure(x)
    assert all(np.array_equal(a, b.numpy()) for a, b in zip(before, (*layer.weights, counter), strict=True))


def test_inputs_that_do_not_fit_are_named() -> None:
    flow = gradcheck.flow(lambda x: tf.reduce_sum(W * x), tf.TensorSpec([2]))
    with pytest.raises(UsageError, match=r"flow\.measure needs values"):
        flow.measure(tf.TensorSpec([2]))
    with pytest.raises(UsageError, match="losses cannot be measured: "):
        flow.measure(tf.ones([3]))


def test_what_fails_when_it_runs_is_told_without_tensorflows_preamble() -> None:
    flow = gradcheck.flow(lambda: tf.debugging.check_numerics(tf.math.log(-W), "no logarithm") * U)
    with pytest.raises(
        UsageError, match=r"^losses cannot be measured: InvalidArgumentError: no logarithm : Tensor had"
    ):
        flow.measure()
