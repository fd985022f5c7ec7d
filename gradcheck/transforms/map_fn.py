"""Gradients of one example after the other."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import traced, transform
from gradcheck.transforms._joint import Batch, Gradients, Joint
from gradcheck.transforms.vectorized_map import example_gradient, summed


@transform(
    "map-fn",
    sentence="Gradients of single examples, taken one after the other by tf.map_fn, add up to the batch's gradient.",
    equation="sum_i map_fn(grad(loss1 + loss2, w), examples)[i] = grad(loss1 + loss2, w)",
    least_batch=1,  # where dimensions are unknown, only an example shows those of a gradient
    refuses=traced("eagerly tf.map_fn is a loop of Python"),
)
def map_fn(joint: Joint, batch: Batch) -> Gradients:
    """Take every example's gradient in a loop."""
    specs = [tf.TensorSpec(w.shape, w.dtype) for w in joint.variables.values()]
    each = tf.map_fn(lambda example: example_gradient(joint, example), dict(batch), fn_output_signature=specs)
    return summed(joint, batch, each)
