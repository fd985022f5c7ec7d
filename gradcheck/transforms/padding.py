"""A batch padded to a fixed size."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint, Tensor, size_of

_EXTRA = 3


@transform(
    "padding",
    sentence="Examples that pad a batch and are masked out of the loss leave no trace; a mean is over the true ones.",
    equation="grad(sum_i mask[i] * (loss1 + loss2)[i] / (sum_i mask[i] for a mean), w) = grad(loss1 + loss2, w)",
)
def padding(joint: Joint, batch: Batch) -> Gradients:
    """Pad with three examples of zeros."""
    return joint.gradient(lambda: joint.reduced(masked(joint, batch), size_of(batch)))


def masked(joint: Joint, batch: Batch) -> Tensor:
    """Return the losses of the padded batch, zero where there is no example."""
    mask = padded(tf.ones_like(batch["ids"]))
    return joint.examples({k: padded(v) for k, v in batch.items()}) * tf.cast(mask, joint.graph.dtype)


def padded(value: Tensor) -> Tensor:
    """Append zeros along the batch."""
    return tf.pad(value, [[0, _EXTRA]] + [[0, 0]] * (len(value.shape) - 1))
