"""The forward pass of a two-head graph: one code for one point and for stacks of points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gradcheck.backend import tf
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.layer import Layer, LossFunction
from gradcheck.objective import Expression, Objective

Tensor = Any
Stop = Callable[[Tensor], Tensor]


class Interpreter(Protocol):
    """What a forward pass asks for; who answers decides what a tensor is."""

    def look_up(self) -> Tensor:
        """Return the rows of the embedding that ``ids`` name."""

    def apply(self, path: str, layer: Layer, x: Tensor) -> Tensor:
        """Return what the layer at ``path`` makes of ``x``."""

    def stop(self, x: Tensor) -> Tensor:
        """Cut the gradient between stopped heads."""

    def lose(self, which: int, loss: LossFunction, output: Tensor) -> Tensor:
        """Return loss 1 or 2, reduced as the graph says."""


@dataclass(frozen=True)
class Forward:
    """What one forward pass gives.

    Attributes:
        loss1: Shape ``[..., batch]``, or ``[...]`` where the graph reduces its losses.
        loss2: The same.
    """

    loss1: Tensor
    loss2: Tensor


def interpret(graph: TwoHeadGraph, interpreter: Interpreter) -> Forward:
    """Walk through the graph once."""

    def run(block: str, x: Tensor) -> Tensor:
        for path, layer in graph.block(block):
            x = interpreter.apply(path, layer, x)
        return x

    trunk = run("trunk", interpreter.look_up())
    output1 = run("head1", trunk)
    match graph.wiring:
        case Wiring.CHAINED:
            read = output1
        case Wiring.STOPPED:
            read = interpreter.stop(output1)
        case Wiring.PARALLEL:
            read = trunk
    output2 = run("head2", read)
    first, second = graph.loss_functions
    return Forward(interpreter.lose(1, first, output1), interpreter.lose(2, second, output2))


@dataclass(frozen=True)
class Direct:
    """The forward pass as a user writes it, on values as they are.

    Args:
        values: Every variable, ``ids``, ``labels1`` and ``labels2``, each with ``leading`` axes
            before its own.
        leading: 0 for one point; 1 or more for stacks of points.
        cut: What cuts the gradient between stopped heads.
    """

    graph: TwoHeadGraph
    values: Mapping[str, Tensor]
    leading: int
    cut: Stop

    def look_up(self) -> Tensor:
        """Read rows; in a stack each point has a table of its own."""
        table, ids = self.values["embedding"], self.values["ids"]
        if self.leading == 0:
            return tf.nn.embedding_lookup(table, ids)
        return tf.gather(table, ids, batch_dims=self.leading, axis=self.leading)

    def apply(self, path: str, layer: Layer, x: Tensor) -> Tensor:
        """Apply a layer to its own parameters."""
        return layer.apply(x, **{name: self.values[f"{path}/{name}"] for name in layer.parameters})

    def stop(self, x: Tensor) -> Tensor:
        """Cut as the engine does."""
        return self.cut(x)

    def lose(self, which: int, loss: LossFunction, output: Tensor) -> Tensor:
        """Compare with the labels and reduce."""
        return reduce_loss(self.graph, loss.apply(output, self.values[f"labels{which}"]))


def run_forward(graph: TwoHeadGraph, values: Mapping[str, Tensor], *, leading: int, stop: Stop) -> Forward:
    """Compute both losses directly; see `Direct` for the arguments."""
    return interpret(graph, Direct(graph, values, leading, stop))


def evaluate_objectives(
    graph: TwoHeadGraph, forward: Forward, values: Mapping[str, Tensor], objectives: Sequence[Objective], stop: Stop
) -> list[tuple[Tensor, Tensor | None]]:
    """Return each objective's value and its cotangent, ``None`` standing for ones."""
    named = {
        "loss1": forward.loss1,
        "loss2": forward.loss2,
        "zero": tf.zeros_like(forward.loss2),
        "u": values["u"],
        "v": values["v"],
        **{name: _beside_examples(graph, values[name]) for name in ("a", "b")},
    }

    def evaluate(formula: Expression) -> Tensor:
        return formula.evaluate(named, stop)

    return [(evaluate(o.value), evaluate(o.cotangent) if o.cotangent else None) for o in objectives]


def reduce_loss(graph: TwoHeadGraph, losses: Tensor) -> Tensor:
    """Reduce ``[..., batch]`` as the graph says."""
    match graph.reduction:
        case "none":
            return losses
        case "sum":
            return tf.reduce_sum(losses, axis=-1)
        case "mean":
            return tf.reduce_mean(losses, axis=-1)


def _beside_examples(graph: TwoHeadGraph, coefficient: Tensor) -> Tensor:
    """Give a coefficient, one a point, an axis for the examples of unreduced losses."""
    return tf.expand_dims(coefficient, -1) if graph.reduction == "none" else coefficient
