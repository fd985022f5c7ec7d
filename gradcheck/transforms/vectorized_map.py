"""Gradients of every example at once, as for private training."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import traced, transform
from gradcheck.transforms._joint import Batch, Gradients, Joint


@transform(
    "vectorized-map",
    sentence="Gradients of single examples, vectorized by tf.vectorized_map, add up to the gradient of the batch.",
    equation="sum_i vectorized_map(grad(loss1 + loss2, w), examples)[i] = grad(loss1 + loss2, w)",
    least_batch=1,  # where dimensions are unknown, only an example shows those of a gradient
    refuses=traced("tf.vectorized_map traces its function also when it is called eagerly"),
)
def vectorized_map(joint: Joint, batch: Batch) -> Gradients:
    """Take every example's gradient in one vectorized call."""
    return summed(joint, batch, tf.vectorized_map(lambda example: example_gradient(joint, example), dict(batch)))


def example_gradient(joint: Joint, example: Batch) -> Gradients:
    """Return the gradient of one example."""
    return joint.gradient(lambda: joint.total({name: value[None] for name, value in example.items()}))


def summed(joint: Joint, batch: Batch, gradients: Gradients) -> Gradients:
    """Reduce the examples' gradients as the graph reduces their losses."""
    return joint.average([None if g is None else tf.reduce_sum(g, axis=0) for g in gradients], batch)
