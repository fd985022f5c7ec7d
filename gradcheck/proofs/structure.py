"""The structural step: a graph traced with every size unknown, and what flow reads from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import remembered
from gradcheck.engines._program import input_ranks, make_variables, signature
from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.flow import flow
from gradcheck.flow.result import Flow
from gradcheck.flow.words import MARKS
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import evaluate_objectives, run_forward
from gradcheck.objective import Expression, as_objective
from gradcheck.proofs.walk import Fact, Picture, Structure

_WORDS = {
    Kind.CONNECTED: "a path carries the gradient of {} to {}",
    Kind.BLOCKED: "{} depends on {}, but its gradient is cut",
    Kind.INDEPENDENT: "no path runs from {1} to {0}",
    Kind.UNUSED: "no loss reads {1}",
}


@remembered
def trace_flow(graph: TwoHeadGraph, losses: tuple[tuple[str, Expression], ...]) -> Flow:
    """Trace formulas of a graph's losses with every dimension unknown, and tell which reaches which variable."""
    variables = make_variables(graph, 0)
    names = list(input_ranks(graph))

    def compute(*inputs: Any) -> dict[str, Any]:
        values = {**variables, **dict(zip(names, inputs, strict=True))}
        forward = run_forward(graph, values, leading=0, stop=tf.stop_gradient)
        formulas = [as_objective(formula) for _, formula in losses]
        pairs = evaluate_objectives(graph, forward, values, formulas, tf.stop_gradient)
        return {name: value for (name, _), (value, _) in zip(losses, pairs, strict=True)}

    return flow(compute, *signature(graph, 0), variables=list(variables.values()))


def find_cell(graph: TwoHeadGraph, losses: Mapping[str, Expression], loss: str, variable: str) -> Cell:
    """Return what one loss is to one variable, in the traced graph."""
    return trace_flow(graph, tuple(losses.items()))[loss, variable.replace("/", "_")]


def read_structure(
    graph: TwoHeadGraph,
    losses: Mapping[str, Expression],
    picture: Picture,
    expected: Iterable[tuple[str, str, Kind]],
    *,
    because: Iterable[tuple[str, str, Kind]] = (),
) -> Structure:
    """Read from the traced graph what a proof says of it, and hold the picture against it.

    Args:
        losses: What is traced, by name.
        picture: Whose lanes must say the same.
        expected: Losses, variables, and what the one must be to the other.
        because: The same, of what shows why the claim falls.
    """
    kinds = {
        loss: {name: find_cell(graph, losses, loss, name).kind.value for name in graph.variables} for loss in losses
    }
    facts, paths = [_drawn(picture, kinds)], {}
    asked = [*((False, *one) for one in expected), *((True, *one) for one in because)]
    for reason, loss, variable, kind in asked:
        cell = find_cell(graph, losses, loss, variable)
        found = _WORDS[cell.kind].format(loss, variable)
        holds = cell.kind is kind
        facts.append(Fact(_WORDS[kind].format(loss, variable), found, holds, "traced graph", reason=reason))
        if cell.path:
            paths[f"{variable} -> {loss}"] = tuple(_told(step.kind, step.block) for step in cell.path)
    return Structure(kinds, paths, tuple(facts))


def _drawn(picture: Picture, kinds: Mapping[str, Mapping[str, str]]) -> Fact:
    wrong = [
        f"{loss} and {name}"
        for row in picture.rows
        for name in row.variables
        for loss in picture.losses
        if (row.lanes[loss] == "carries") != (kinds[loss][name] == Kind.CONNECTED.value)
    ]
    return Fact("the picture's lanes are the traced graph's", f"not for {wrong[0]}" if wrong else "they are", not wrong,
                "traced graph")  # fmt: skip


def _told(kind: str, block: str | None) -> str:
    return f"{MARKS['blocked']} {kind}" if block else kind
