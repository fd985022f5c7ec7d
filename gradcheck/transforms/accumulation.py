"""Gradient accumulation: a batch in pieces that fit the memory."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint, Tensor, added, size_of


@transform(
    "accumulation",
    sentence="Micro-batches of unequal size add up to the gradient of the batch, means weighted by their sizes.",
    equation="grad(sum over batch) = sum_i grad(sum over part_i);  grad(mean) = sum_i |part_i|/|batch| * grad(mean_i)",
)
def accumulation(joint: Joint, batch: Batch) -> Gradients:
    """Cut the batch after a third of it, differentiate both parts, and add."""
    cut = size_of(batch) // 3
    return accumulated(joint, {k: v[:cut] for k, v in batch.items()}, {k: v[cut:] for k, v in batch.items()})


def accumulated(joint: Joint, left: Batch, right: Batch) -> Gradients:
    """Add the gradients of two micro-batches."""
    total = size_of(left) + size_of(right)

    def share(part: Batch) -> Gradients:
        gradients = joint.gradient(lambda: joint(part))
        return gradients if joint.graph.reduction != "mean" else [_weigh(g, size_of(part), total) for g in gradients]

    return added(share(left), share(right))


def _weigh(gradient: Tensor, size: Tensor, total: Tensor) -> Tensor:
    if gradient is None:
        return None
    # In one division: size / total alone would be rounded. No example at all has no weight.
    return tf.math.divide_no_nan(gradient * tf.cast(size, gradient.dtype), tf.cast(total, gradient.dtype))
