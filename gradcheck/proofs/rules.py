"""What the chain rule says of each layer and loss that is a polynomial: its forward formula and its vjp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gradcheck.graph import BLOCKS, TwoHeadGraph
from gradcheck.proofs.formula import Formula, Number, Ones, Squared, Summed

Parameters = Mapping[str, Formula]


@dataclass(frozen=True)
class LayerRule:
    """A layer's formulas.

    Attributes:
        forward: Its output, from its input and parameters.
        to_input: The cotangent of its input, from that of its output and the same.
        to_parameter: The gradient of each parameter, by name, likewise.
    """

    forward: Callable[[Formula, Parameters], Formula]
    to_input: Callable[[Formula, Formula, Parameters], Formula]
    to_parameter: Mapping[str, Callable[[Formula, Formula, Parameters], Formula]]


@dataclass(frozen=True)
class LossRule:
    """A loss's formulas, of the output and the labels.

    Attributes:
        forward: One value an example.
        slope: The derivative of an example's value by each of its outputs.
    """

    forward: Callable[[Formula, Formula], Formula]
    slope: Callable[[Formula, Formula], Formula]


LAYERS: dict[str, LayerRule] = {
    "dense": LayerRule(
        forward=lambda x, p: x @ p["kernel"],
        to_input=lambda dy, x, p: dy @ p["kernel"].T,
        to_parameter={"kernel": lambda dy, x, p: x.T @ dy},
    ),
    "dense_bias": LayerRule(
        forward=lambda x, p: x @ p["kernel"] + p["bias"],
        to_input=lambda dy, x, p: dy @ p["kernel"].T,
        to_parameter={"kernel": lambda dy, x, p: x.T @ dy, "bias": lambda dy, x, p: Summed(dy, 0, "i")},
    ),
}
LOSSES: dict[str, LossRule] = {
    "plain_sum": LossRule(
        forward=lambda y, t: Summed(y - t, -1, "j"),
        slope=lambda y, t: Ones(y),
    ),
    "squared_error": LossRule(
        forward=lambda y, t: Summed(Squared(y - t), -1, "j"),
        slope=lambda y, t: Number(2) * (y - t),
    ),
}


def why_no_rule(graph: TwoHeadGraph) -> str | None:
    """Return why a graph has no derivation whose every number is exact, or ``None`` where it has one."""
    for path, layer in graph.all_layers():
        if layer.name not in LAYERS:
            return f"{path} is {layer.name}, which is no polynomial; choose from {', '.join(LAYERS)}"
    for which, loss in enumerate(graph.loss_functions, start=1):
        if loss.name not in LOSSES:
            return f"loss{which} is {loss.name}, which is no polynomial; choose from {', '.join(LOSSES)}"
    return None


def with_rules(graph: TwoHeadGraph) -> TwoHeadGraph:
    """Return the graph with a dense layer for each that has no rule, and squares for such losses."""
    blocks = {block: tuple(name if name in LAYERS else "dense" for name in getattr(graph, block)) for block in BLOCKS}
    first, second = (name if name in LOSSES else "squared_error" for name in (graph.loss1, graph.loss2))
    return graph.changed(**blocks, loss1=first, loss2=second)
