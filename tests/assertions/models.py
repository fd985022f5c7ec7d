"""Small models whose failures are recorded in tests/messages: lines here are shown there."""

from __future__ import annotations

from gradcheck.backend import tf

ENCODER = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="encoder/kernel")
POLICY = tf.Variable([1.0, -1.0], name="policy/kernel")
VALUE = tf.Variable([2.0, 0.5], name="value/kernel")
MEAN = tf.Variable([0.0, 0.0], name="encoder/norm/moving_mean", trainable=False)
X = tf.constant([[1.0, 2.0]])
ALL = (ENCODER, POLICY, VALUE, MEAN)


def actor_critic(x):
    features = tf.tanh(x @ ENCODER)
    action = tf.round(features * POLICY)
    return {
        "policy": tf.reduce_sum(action),
        "value": tf.reduce_sum(features * VALUE),
    }


def train_step():
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((X @ ENCODER) * VALUE)
    for weight, gradient in zip((ENCODER, VALUE), tape.gradient(loss, [ENCODER, VALUE]), strict=True):
        weight.assign_sub(0.5 * gradient)
    MEAN.assign(0.75 * MEAN + 0.25 * X[0])


def plain(x):
    return {"value": tf.reduce_sum((x @ ENCODER) * VALUE)}


def halved(x):
    return {"value": tf.reduce_sum((x @ (ENCODER * 0.5)) * VALUE)}


def cut(x):
    return {"value": tf.reduce_sum(tf.stop_gradient(x @ ENCODER) * VALUE)}
