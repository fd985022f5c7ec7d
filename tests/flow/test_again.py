"""A flow is the same before and after TensorFlow took gradients of the functions that the losses call."""

from __future__ import annotations

import pytest

import gradcheck
from gradcheck.backend import tf

W, U = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u"))
X = tf.ones([2])
INNER = tf.function(lambda x: tf.tanh(x * W) * tf.stop_gradient(U))


def twice(x):
    return tf.while_loop(lambda i, _: i < 2, lambda i, a: (i + 1, a * W + tf.round(U)), (0, x))[1]


INSIDE = {
    "nothing else": lambda x: x * W * tf.stop_gradient(U),
    "a branch": lambda x: tf.cond(x[0] > 0.0, lambda: x * W, lambda: tf.stop_gradient(x * U)),
    "a case": lambda x: tf.switch_case(tf.cast(x[0], tf.int32), [lambda: x * W, lambda: tf.stop_gradient(U)]),
    "a loop": twice,
    "a loop in a loop": lambda x: tf.while_loop(lambda i, _: i < 2, lambda i, a: (i + 1, twice(a)), (0, x))[1],
    "a map": lambda x: tf.map_fn(lambda one: one * W[0] + tf.round(U[0]), x),
    "another function": INNER,
}


def train(losses) -> None:
    with tf.GradientTape() as tape:
        loss = losses(X)
    tape.gradient(loss, [W, U])


@pytest.mark.parametrize("differentiate", [train, tf.function(train)], ids=["eager", "graph"])
@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
def test_a_flow_is_the_same_once_the_function_was_trained(inside, differentiate) -> None:
    losses = tf.function(lambda x: tf.reduce_sum(inside(x)))
    before = gradcheck.flow(losses, X, variables=[W, U])
    differentiate(losses)
    after = gradcheck.flow(losses, X, variables=[W, U]).measure(X)
    assert before.table() == after.table() == {"loss": {"w": "connected", "u": "blocked"}}
    assert after.disagreements == ()
    for name in before.variables:  # paths are looked for when they are asked for, which is later
        kinds = [step.kind for step in before["loss", name].path]
        assert kinds
        assert kinds == [step.kind for step in after["loss", name].path]


def test_a_penalty_on_the_gradient_of_a_function_is_followed() -> None:
    critic = tf.function(lambda x: tf.reduce_sum(tf.tanh(x * W) * U))

    def penalty(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = critic(x)
        return tf.reduce_sum(tape.gradient(score, x) ** 2)

    for _ in range(2):
        flow = gradcheck.flow(penalty, X).measure(X)
        assert flow.table() == {"loss": {"w": "connected", "u": "connected"}}
        assert flow.disagreements == ()
        assert "PartitionedCall" in [step.kind for step in flow["loss", "w"].path]


def test_functions_of_tensorflow_1_are_followed_inside() -> None:
    def losses():
        logits = tf.reshape(tf.tile(W * tf.round(U), [3]), [3, 1, 2])
        return tf.nn.ctc_loss([[1]], logits, [1], [3], blank_index=0)

    flow = gradcheck.flow(losses).measure()
    assert flow.table() == {"loss": {"w": "connected", "u": "blocked"}}
    assert flow.disagreements == ()
