"""The forward pass of a two-head graph: one code for one point and for stacks of points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcheck.backend import tf
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.layer import Layer
from gradcheck.objective import Expression, Objective

Tensor = Any
Stop = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Forward:
    """What one forward pass gives.

    Attributes:
        loss1: Shape ``[..., batch]``, or ``[...]`` where the graph reduces its losses.
        loss2: The same.
        kinks: Tensors whose change of sign marks a point without a derivative.
    """

    loss1: Tensor
    loss2: Tensor
    kinks: list[Tensor]


def run_forward(graph: TwoHeadGraph, values: Mapping[str, Tensor], *, leading: int, stop: Stop) -> Forward:
    """Compute both losses.

    Args:
        values: Every variable, ``ids``, ``labels1`` and ``labels2``, each with ``leading`` axes
            before its own.
        leading: 0 for one point, as a user writes it; 1 or more for stacks of points.
        stop: What cuts the gradient between stopped heads.
    """
    kinks: list[Tensor] = []
    trunk = _run_block(graph.block("trunk"), _look_up(values["embedding"], values["ids"], leading), values, kinks)
    output1 = _run_block(graph.block("head1"), trunk, values, kinks)
    match graph.wiring:
        case Wiring.CHAINED:
            read = output1
        case Wiring.STOPPED:
            read = stop(output1)
        case Wiring.PARALLEL:
            read = trunk
    output2 = _run_block(graph.block("head2"), read, values, kinks)
    first, second = graph.loss_functions
    return Forward(
        _reduce(graph, first.apply(output1, values["labels1"])),
        _reduce(graph, second.apply(output2, values["labels2"])),
        kinks,
    )


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


def _look_up(table: Tensor, ids: Tensor, leading: int) -> Tensor:
    """Read rows as a user does; in a stack each point has a table of its own."""
    if leading == 0:
        return tf.nn.embedding_lookup(table, ids)
    return tf.gather(table, ids, batch_dims=leading, axis=leading)


def _run_block(
    block: tuple[tuple[str, Layer], ...], x: Tensor, values: Mapping[str, Tensor], kinks: list[Tensor]
) -> Tensor:
    for path, layer in block:
        if layer.kinks:
            kinks.append(layer.kinks(x))
        x = layer.apply(x, **{name: values[f"{path}/{name}"] for name in layer.parameters})
    return x


def _reduce(graph: TwoHeadGraph, losses: Tensor) -> Tensor:
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
