"""What TensorFlow has in every tensor of a graph, forward and back: the numbers that a derivation must give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines._program import dense, typed
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import Layer, LossFunction
from gradcheck.model import Direct, evaluate_objectives, interpret
from gradcheck.objective import Expression, as_objective
from gradcheck.point import Point
from gradcheck.proofs.formula import Value, exactly

Tensor = Any


@dataclass(frozen=True)
class _Recording(Direct):
    """A forward pass that remembers every tensor."""

    seen: dict[str, Tensor] = field(default_factory=dict)

    def look_up(self) -> Tensor:
        return self._keep("lookup", super().look_up())

    def apply(self, path: str, layer: Layer, x: Tensor) -> Tensor:
        return self._keep(path, super().apply(path, layer, x))

    def lose(self, which: int, loss: LossFunction, output: Tensor) -> Tensor:
        self._keep(f"losses{which}", loss.apply(output, self.values[f"labels{which}"]))
        return self._keep(f"loss{which}", super().lose(which, loss, output))

    def _keep(self, key: str, tensor: Tensor) -> Tensor:
        self.seen[key] = tensor
        return tensor


def measure(graph: TwoHeadGraph, point: Point, formulas: Mapping[str, Expression]) -> dict[str, Value]:
    """Run forward and back eagerly, and return every tensor, cotangent and gradient exactly as TensorFlow has it.

    Args:
        formulas: What is differentiated, by what its gradients are called: ``"loss2"`` gives
            ``"loss2:head1/0"``, the cotangent of that layer's output, unless it is absent.
    """
    values = {name: tf.convert_to_tensor(value) for name, value in typed(graph, point.values).items()}
    variables = {name: tf.Variable(values[name]) for name in graph.variables}
    with tf.GradientTape(persistent=True) as tape:
        walk = _Recording(graph, {**values, **variables}, 0, tf.stop_gradient)
        forward = interpret(graph, walk)
        objectives = [as_objective(formula) for formula in formulas.values()]
        pairs = evaluate_objectives(graph, forward, values, objectives, tf.stop_gradient)
    found = {name: exactly(tensor.numpy()) for name, tensor in walk.seen.items()}
    inner = {key: tensor for key, tensor in walk.seen.items() if not key.startswith("loss")}
    for name, (value, _) in zip(formulas, pairs, strict=True):
        found.setdefault(name, exactly(value.numpy()))
        gradients = tape.gradient(value, {**inner, **variables})
        found |= {
            f"{name}:{key}": exactly(dense_of(gradient)) for key, gradient in gradients.items() if gradient is not None
        }
    return found


def dense_of(gradient: Any) -> Any:
    """Return a gradient as an array, sparse or not."""
    whole = tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else dense(gradient)
    return whole.numpy()
