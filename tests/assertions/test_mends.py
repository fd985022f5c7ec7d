"""Every cause has a mend of its own, and every mend mends what it is for."""

from __future__ import annotations

import pytest

from gradcheck import flow
from gradcheck.assertions.mends import CUTS, find_mend
from gradcheck.backend import tf
from gradcheck.flow.cell import Kind

W, U = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u"))
WHOLE = tf.Variable([1, 2], name="w")


@tf.custom_gradient
def keeps_its_gradient(x):
    return tf.identity(x), lambda dy: None


# The cut, and words of its mend.
CAUSES = {
    "stop_gradient": (lambda: tf.stop_gradient(W) * U, "take tf.stop_gradient away"),
    "round": (lambda: tf.round(W) * U, "straight-through"),
    "floor": (lambda: tf.floor(W) * U, "straight-through"),
    "argmax": (lambda: tf.cast(tf.argmax(W), tf.float32) * U, "choose softly"),
    "greater": (lambda: tf.cast(W > 1.0, tf.float32) * U, "compare smoothly"),
    "numpy": (lambda: tf.ensure_shape(tf.numpy_function(lambda x: x, [W], tf.float32), [2]) * U, "tf.custom_gradient"),
    "whole": (lambda: tf.cast(WHOLE, tf.float32) * U, "make the variable floating-point"),
    "custom": (lambda: keeps_its_gradient(W) * U, "let the custom gradient return"),
    "branch": (lambda: tf.cond(W[0] > 1.0, lambda: U * 1.0, lambda: U * 2.0), "compare smoothly"),
    "cast": (lambda: tf.cast(tf.cast(W, tf.int32), tf.float32) * U, "stay in floating point"),
    "bitcast": (lambda: tf.cast(tf.bitcast(W, tf.int32), tf.float32) * U, "stay in floating point"),
    "no gradient": (lambda: tf.raw_ops.Betainc(a=W, b=U, x=[0.5, 0.5]), "replace the operation marked x"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_told_its_mend(cause) -> None:
    losses, words = CAUSES[cause]
    cell = flow(losses)["loss", "w"]
    assert cell.kind is Kind.BLOCKED
    assert words in find_mend(cell, Kind.CONNECTED)


@pytest.mark.parametrize("kind", sorted(set().union(*(mend.kinds for mend in CUTS))))
def test_a_mend_is_for_operations_that_there_are(kind) -> None:
    assert hasattr(tf.raw_ops, kind)


STRAIGHT = {
    "straight-through": lambda: (W + tf.stop_gradient(tf.round(W) - W)) * U,
    "choose softly": lambda: tf.nn.softmax(W) * U,
    "compare smoothly": lambda: tf.sigmoid(8.0 * (W - 1.0)) * U,
}


@pytest.mark.parametrize("mend", STRAIGHT)
def test_what_a_mend_advises_connects(mend) -> None:
    assert any(mend in one.text for one in CUTS)
    assert flow(STRAIGHT[mend])["loss", "w"].kind is Kind.CONNECTED


KINDS = {
    Kind.CONNECTED: lambda: {"loss": W * U},
    Kind.BLOCKED: lambda: {"loss": tf.stop_gradient(W) * U},
    Kind.INDEPENDENT: lambda: {"loss": U * 1.0, "other": W * 1.0},
    Kind.UNUSED: lambda: {"loss": U * 1.0},
}


@pytest.mark.parametrize("found", list(Kind))
@pytest.mark.parametrize("expected", list(Kind))
def test_every_expectation_that_fails_has_a_mend(expected, found) -> None:
    cell = flow(KINDS[found], variables=[W, U])["loss", "w"]
    assert cell.kind is found
    if expected is not found:
        text = find_mend(cell, expected)
        assert "{" not in text
        assert ("expect " + found.value in text) or Kind.CONNECTED in (expected, found)
