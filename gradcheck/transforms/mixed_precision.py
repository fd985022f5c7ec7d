"""Mixed precision: layers compute in float16, variables and losses stay in float32."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Engine, Wrap, wrap_of
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import Layer, LossFunction
from gradcheck.model import Direct, Forward, interpret
from gradcheck.point import Point, Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._joint import BATCH, Joint, Tensor, batch_of, batch_signature, collected, variables_of

_TRIES = 16  # the scale starts at 2^10 and is halved until nothing overflows


@register_transform
class MixedPrecision:
    """What Keras's LossScaleOptimizer hands to the optimizer inside it."""

    name = "mixed-precision"
    sentence = "Layers in float16 under Keras's LossScaleOptimizer give the float32 gradient, as far as float16 goes."
    equation = "unscaled(grad(scale * (loss1 + loss2) in float16, w)) = grad(loss1 + loss2, w)"
    exact = False
    least_batch = 0
    half = True
    when_named = None

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if graph.dtype != "float32":
            return "mixed precision keeps its variables in float32"
        if graph.kinked:
            return "rounded to float16, a unit can lie on the other side of its kink"
        return "an optimizer is watched step by step, eagerly" if engine.traced else None

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        wrap = wrap_of(engine)
        assert wrap is not None, f"engine {engine.name} runs no Python function"
        return collected(graph, [_differentiate(graph, point, wrap) for point in points])


def _differentiate(graph: TwoHeadGraph, point: Point, wrap: Wrap) -> list[Any]:
    """Let the optimizer try until its scale is small enough."""
    joint = Joint(graph, variables_of(graph, point), half_walk)
    sgd = tf.keras.optimizers.SGD(1.0, momentum=0.5)
    optimizer = tf.keras.mixed_precision.LossScaleOptimizer(sgd, initial_scale=2.0**10)
    optimizer.build(list(joint.variables.values()))

    def step(*inputs: Tensor) -> Tensor:
        return _step(joint, dict(zip(BATCH, inputs, strict=True)), optimizer)

    call, inputs = wrap(step, batch_signature(graph)), batch_of(graph, point).values()
    for _ in range(_TRIES):
        if call(*inputs):
            break
    # The first step's momentum is the gradient itself, where a variable's own change would be rounded.
    return [-tf.convert_to_tensor(momentum) for momentum in sgd.momentums]


def _step(joint: Joint, batch: Mapping[str, Tensor], optimizer: Any) -> Tensor:
    """Take one step, and return whether every gradient was finite."""
    inside = hasattr(optimizer, "scale_loss")  # Keras 3 unscales inside the optimizer, Keras 2 beside it
    scale = optimizer.scale_loss if inside else optimizer.get_scaled_loss
    gradients = joint.gradient(lambda: scale(joint(batch)))
    unscaled = gradients if inside else optimizer.get_unscaled_gradients(gradients)
    optimizer.apply_gradients(zip(unscaled, joint.variables.values(), strict=True))
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])


def half_walk(graph: TwoHeadGraph, values: Mapping[str, Tensor]) -> Forward:
    """Run layers in float16."""
    return interpret(graph, _Half(graph, values, 0, tf.stop_gradient))


@dataclass(frozen=True)
class _Half(Direct):
    def look_up(self) -> Tensor:
        return tf.cast(super().look_up(), tf.float16)

    def apply(self, path: str, layer: Layer, x: Tensor) -> Tensor:
        parameters = {name: tf.cast(self.values[f"{path}/{name}"], tf.float16) for name in layer.parameters}
        return layer.apply(x, **parameters)

    def lose(self, which: int, loss: LossFunction, output: Tensor) -> Tensor:
        return super().lose(which, loss, tf.cast(output, tf.float32))
