"""Recomputation: activations are thrown away and computed once more on the way back."""

from __future__ import annotations

from gradcheck.backend import tensorflow_version, tf
from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph
from gradcheck.transforms._function import transform
from gradcheck.transforms._joint import Batch, Gradients, Joint

_MENDED = (2, 17)


def kills(_graph: TwoHeadGraph, engine: Engine) -> str | None:
    """Refuse where the graph optimizer can end the process, which no verdict would outlive."""
    version = tensorflow_version()
    old = tuple(int(part) for part in version.split(".")[:2]) < _MENDED
    if old and engine.traced and not engine.compiles_shapes:
        return f"the graph optimizer of TensorFlow {version} can kill the process: see docs/trophies.md"
    return None


@transform(
    "recompute",
    sentence="A loss whose activations are computed again on the way back has the same gradient.",
    equation="grad(tf.recompute_grad(loss1 + loss2), w) = grad(loss1 + loss2, w)",
    compiled=True,
    refuses=kills,
)
def recompute(joint: Joint, batch: Batch) -> Gradients:
    """Wrap the whole loss in ``tf.recompute_grad``."""
    return joint.gradient(tf.recompute_grad(lambda: joint(batch)))
