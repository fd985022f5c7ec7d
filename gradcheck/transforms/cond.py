"""The loss behind a condition."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint, Tensor


@transform(
    "cond",
    sentence="A loss computed in the branch of tf.cond that is taken has the gradient of one computed outside.",
    equation="grad(tf.cond(p, loss1 + loss2, other), w) = grad(loss1 + loss2, w) where p holds",
)
def cond(joint: Joint, batch: Batch) -> Gradients:
    """Take the branch by the values of the ids, none of which is negative."""
    there = tf.reduce_all(batch["ids"] >= 0)
    return joint.gradient(lambda: tf.cond(there, lambda: tf.reduce_sum(joint(batch)), lambda: other(joint)))


def other(joint: Joint) -> Tensor:
    """Return the loss of the branch that is not taken.

    It uses every variable: for one that a branch does not use TensorFlow makes zeros, which it
    cannot where dimensions are unknown; see docs/trophies.md.
    """
    return tf.add_n([tf.reduce_sum(variable) for variable in joint.variables.values()])
