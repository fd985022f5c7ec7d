"""A shuffled batch."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint


@transform(
    "permutation",
    sentence="The order of the examples in a batch does not matter.",
    equation="grad((loss1 + loss2)(batch[p]), w) = grad((loss1 + loss2)(batch), w) for a permutation p",
)
def permutation(joint: Joint, batch: Batch) -> Gradients:
    """Turn the batch by two examples; ids and labels go together."""
    return joint.gradient(lambda: joint({name: tf.roll(value, 2, axis=0) for name, value in batch.items()}))
