"""Tracing a user's losses once, whatever they are written as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcheck.backend import tf
from gradcheck.errors import UsageError

Tensor = Any
Variable = Any


@dataclass(frozen=True, eq=False)
class Traced:
    """Losses as a graph.

    Attributes:
        graph: The function's graph.
        losses: The loss tensors, by name.
        captured: The variables that the graph reads, with the graph's input that stands for each.
    """

    graph: Any
    losses: Mapping[str, Tensor]
    captured: Sequence[tuple[Variable, Tensor]]


def trace(losses: Callable[..., Any], args: Sequence[Any]) -> Traced:
    """Trace ``losses`` at ``args``, arrays and tensors standing for all values of their shape.

    Raises:
        UsageError: The callable cannot be traced, or returns no losses.
    """
    if not callable(losses):
        raise UsageError(f"losses must be callable; found {losses!r:.80}")
    specs = tf.nest.map_structure(_spec, tuple(args))
    try:
        concrete = tf.function(_plain(losses), autograph=False).get_concrete_function(*specs)
    except Exception as error:  # whatever a user's function raises, its user must learn what it was
        lines = str(error).strip().splitlines() or [""]
        raise UsageError(f"losses cannot be traced: {type(error).__name__}: {lines[0]}") from error
    named = _named(concrete.structured_outputs)
    for name, tensor in named.items():
        if not isinstance(tensor, tf.Tensor) or not tensor.dtype.is_floating:
            kind = tensor.dtype.name if isinstance(tensor, tf.Tensor) else repr(tensor)
            raise UsageError(f"losses must return floating-point tensors; {name} is {kind:.80}")
    # tf.function returns a copy of each result, which is no line of the user's.
    ends = {name: tensor.op.inputs[0] if tensor.op.type == "Identity" else tensor for name, tensor in named.items()}
    return Traced(concrete.graph, ends, _captured(concrete))


def _plain(losses: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap whatever is callable in a function, which is all that tf.function takes alike."""

    def run(*args: Any) -> Any:
        return losses(*args)

    return run


def _named(outputs: Any) -> dict[str, Tensor]:
    """Name the losses: a mapping's keys, else ``loss1``, ``loss2`` and so on."""
    if outputs is None:
        raise UsageError("losses must return at least one loss; found None")
    if isinstance(outputs, Mapping):
        found = {str(name): tensor for name, tensor in outputs.items()}
    elif isinstance(outputs, (list, tuple)):
        found = {f"loss{i}": tensor for i, tensor in enumerate(outputs, start=1)}
    else:
        found = {"loss": outputs}
    if not found:
        raise UsageError("losses must return at least one loss; found an empty result")
    return found


def _spec(value: Any) -> Any:
    if isinstance(value, (tf.TypeSpec, bool, str)) or callable(value):
        return value
    return tf.type_spec_from_value(value if hasattr(value, "dtype") and tf.is_tensor(value) else tf.constant(value))


def _captured(concrete: Any) -> list[tuple[Variable, Tensor]]:
    by_handle = {id(variable.handle): variable for variable in concrete.graph.variables}
    return [(by_handle[id(outside)], inside) for outside, inside in concrete.graph.captures if id(outside) in by_handle]
