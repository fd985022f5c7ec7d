"""Recomputation: activations are thrown away and computed once more on the way back."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint


@transform(
    "recompute",
    sentence="A loss whose activations are computed again on the way back has the same gradient.",
    equation="grad(tf.recompute_grad(loss1 + loss2), w) = grad(loss1 + loss2, w)",
    compiled=True,
)
def recompute(joint: Joint, batch: Batch) -> Gradients:
    """Wrap the whole loss in ``tf.recompute_grad``."""
    return joint.gradient(tf.recompute_grad(lambda: joint(batch)))
