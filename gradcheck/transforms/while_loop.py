"""The loss added up in a loop that TensorFlow runs."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.transforms._function import traced, transform
from gradcheck.transforms._joint import Batch, Gradients, Joint, Tensor, size_of


@transform(
    "while-loop",
    sentence="A loss added up example by example in tf.while_loop has the gradient of the loss of the batch.",
    equation="grad(while i < n: total += loss1[i] + loss2[i], w) = grad(loss1 + loss2, w)",
    refuses=traced("eagerly tf.while_loop is a loop of Python"),
)
def while_loop(joint: Joint, batch: Batch) -> Gradients:
    """Differentiate through the loop."""
    return joint.gradient(lambda: looped(joint, batch))


def looped(joint: Joint, batch: Batch) -> Tensor:
    """Add up the joint loss over the examples."""
    count = size_of(batch)

    def step(i: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
        return i + 1, total + joint.total({name: value[i : i + 1] for name, value in batch.items()})

    start = tf.constant(0), tf.constant(0.0, joint.graph.dtype)
    _, total = tf.while_loop(lambda i, _: i < count, step, start)
    return joint.reduced(total, count)
