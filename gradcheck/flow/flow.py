"""``gradcheck.flow``: from a user's own losses to the table of what reaches what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from gradcheck.errors import UsageError
from gradcheck.flow.reach import Analysis, Reached
from gradcheck.flow.result import Cell, Flow, Kind
from gradcheck.flow.trace import Traced, trace


def flow(losses: Callable[..., Any], *args: Any, variables: Sequence[Any] | None = None) -> Flow:
    """Trace losses once and tell which of them reaches which variable.

    The answer is read from the graph, so that it holds for all values, and for all shapes where
    ``args`` are ``tf.TensorSpec`` with unknown dimensions. Nothing is computed.

    Args:
        losses: A function, ``tf.function``, Keras model or bound method that returns a mapping, a
            tuple or one tensor of losses.
        args: What it is called with: tensors, arrays, nested structures of them, or specs.
        variables: Variables to ask about, or their names or globs such as ``"encoder/*"``; all that
            the losses read if not given.

    Raises:
        UsageError: The losses cannot be traced or are no losses; a variable is none, a name or a glob
            matches nothing, or the list is empty.
    """
    traced = trace(losses, args)
    analysis = Analysis()
    reached = analysis.reach(traced.graph)
    inputs = {tensor.name: index for index, tensor in enumerate(traced.graph.inputs)}
    found = {id(variable): inputs[inside.name] for variable, inside in traced.captured}
    chosen = _choose(traced, variables)
    cells = {
        (loss, name): _cell(loss, name, tensor, found.get(id(variable)), analysis, reached)
        for loss, tensor in traced.losses.items()
        for name, variable in chosen.items()
    }
    return Flow(tuple(traced.losses), tuple(chosen), cells)


def _cell(loss: str, name: str, tensor: Any, index: int | None, analysis: Analysis, reached: Reached) -> Cell:
    if index is None:
        return Cell(loss, name, Kind.UNUSED, analysis, reached)
    bits = reached.of(tensor)
    connected, depends = bits.gradient >> index & 1, bits.value >> index & 1
    kind = Kind.CONNECTED if connected else Kind.BLOCKED if depends else Kind.INDEPENDENT
    return Cell(loss, name, kind, analysis, reached, (tensor, index))


def _choose(traced: Traced, variables: Sequence[Any] | None) -> dict[str, Any]:
    """Return variables by name, those of the same name numbered."""
    known = [variable for variable, _ in traced.captured]
    if variables is None:
        return _by_name(known)
    if not variables:
        raise UsageError("variables is empty: name at least one, or leave it out for all that the losses read")
    chosen: list[Any] = []
    for wanted in variables:
        chosen += _named(wanted, known) if isinstance(wanted, str) else [_plain(wanted)]
    return _by_name(list({id(variable): variable for variable in chosen}.values()))


def _named(glob: str, known: Sequence[Any]) -> list[Any]:
    found = [variable for name, variable in _by_name(known).items() if fnmatchcase(name, glob)]
    if not found:
        raise UsageError(
            f"no variable that the losses read is called {glob!r}; there are: {', '.join(_by_name(known))}"
        )
    return found


def _plain(variable: Any) -> Any:
    """Return the ``tf.Variable`` of a variable, which Keras wraps."""
    inside = variable if hasattr(variable, "handle") else getattr(variable, "value", None)
    if not hasattr(inside, "handle"):
        raise UsageError(f"variables must be variables, names or globs; found {variable!r:.80}")
    return inside


def _by_name(variables: Sequence[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for variable in variables:
        name, count = str(variable.name).partition(":")[0], 1
        while (numbered := name if count == 1 else f"{name} ({count})") in named:
            count += 1
        named[numbered] = variable
    return named
