"""``gradcheck.flow``: from a user's own losses to the table of what reaches what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcheck.errors import UsageError
from gradcheck.flow._keras import compiled_losses
from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.measure import Measuring
from gradcheck.flow.reach import Analysis
from gradcheck.flow.reached import Reached
from gradcheck.flow.result import Flow
from gradcheck.flow.select import choose
from gradcheck.flow.trace import trace


def flow(losses: Callable[..., Any], *args: Any, variables: Any = None) -> Flow:
    """Trace losses once and tell which of them reaches which variable.

    The answer is read from the graph, so that it holds for all values, and for all shapes where
    ``args`` are ``tf.TensorSpec`` with unknown dimensions. Nothing is computed.

    Args:
        losses: A function, ``tf.function`` or bound method that returns a mapping, a tuple or one
            tensor of losses; a compiled Keras model, which is called with inputs and targets; or
            tensors of a graph of TensorFlow 1.
        args: What it is called with: tensors, arrays, nested structures of them, or specs.
        variables: Variables to ask about, their names, globs such as ``"encoder/*"``, layers or
            models; all that the losses read if not given.

    Raises:
        UsageError: The losses cannot be traced, are no losses or read no variable; a variable is none,
            a name or a glob matches nothing, or the list is empty.
    """
    traced = trace(losses, args)
    analysis = Analysis()
    reached = analysis.reach(traced.graph, traced.roots, ())
    found = {id(variable): index for index, variable in enumerate(traced.variables.values())}
    if variables is None and compiled_losses(losses):
        variables = losses  # not what the metrics count
    chosen = dict(traced.variables) if variables is None else choose(variables, traced.variables)
    if not chosen:
        raise UsageError("losses read no variable: there is nothing to tell")
    cells = {
        (loss, name): _cell(loss, name, tensor, found.get(id(variable)), analysis, reached)
        for loss, tensor in traced.losses.items()
        for name, variable in chosen.items()
    }
    rows = zip(traced.variables.values(), traced.roots, strict=True)
    changed = [variable for variable, root in rows if id(root) in reached.changed]
    return Flow(tuple(traced.losses), tuple(chosen), cells, Measuring(traced.call, chosen, changed))


def _cell(loss: str, name: str, tensor: Any, index: int | None, analysis: Analysis, reached: Reached) -> Cell:
    if index is None:
        return Cell(loss, name, Kind.UNUSED, analysis, reached)
    value, gradient = reached.of(tensor)
    kind = Kind.CONNECTED if gradient >> index & 1 else Kind.BLOCKED if value >> index & 1 else Kind.INDEPENDENT
    return Cell(loss, name, kind, analysis, reached, (tensor, index))
