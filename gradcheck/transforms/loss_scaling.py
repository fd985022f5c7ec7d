"""Loss scaling, as it stands in training loops for small floats."""

from __future__ import annotations

from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint

_SCALE = 2.0**10


@transform(
    "loss-scaling",
    sentence="A loss scaled by a power of two has its gradient scaled by it, bit for bit.",
    equation="grad(2^10 * (loss1 + loss2), w) / 2^10 = grad(loss1 + loss2, w)",
    exact=True,
)
def loss_scaling(joint: Joint, batch: Batch) -> Gradients:
    """Scale the loss, and unscale its gradient."""
    return unscaled(joint.gradient(lambda: joint(batch) * _SCALE), _SCALE)


def unscaled(gradients: Gradients, scale: float) -> Gradients:
    """Divide by the scale."""
    return [None if g is None else g / scale for g in gradients]
