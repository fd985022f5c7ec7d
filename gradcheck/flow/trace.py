"""Tracing a user's losses once, whatever they are written as."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.errors import UsageError, told
from gradcheck.flow._keras import compiled_losses, find_paths, noting_paths
from gradcheck.flow._tensorflow import NESTED, is_library
from gradcheck.flow.given import released, specs_of
from gradcheck.flow.select import by_name, path_of

Tensor = Any
Variable = Any


@dataclass(frozen=True, eq=False)
class Traced:
    """Losses as a graph.

    Attributes:
        graph: The function's graph, or the user's own graph of TensorFlow 1.
        losses: The loss tensors, by name.
        variables: The variables that the graph reads, by name.
        roots: The tensor that stands for each of them, in the same order.
        call: Computes the losses anew, by name; ``None`` for a graph of TensorFlow 1.
    """

    graph: Any
    losses: Mapping[str, Tensor]
    variables: Mapping[str, Variable]
    roots: Sequence[Tensor]
    call: Callable[..., Mapping[str, Tensor]] | None = None


def trace(losses: Any, args: Sequence[Any]) -> Traced:
    """Trace ``losses`` at ``args``, arrays and tensors standing for all values of their shape.

    Raises:
        UsageError: The callable cannot be traced, or returns no losses.
    """
    if not callable(losses):
        return _from_graph(losses)
    call = _naming(compiled_losses(losses) or losses)
    specs = specs_of(args)
    try:
        with noting_paths() as paths:
            concrete = tf.function(call, autograph=False).get_concrete_function(*specs)
        variables = list(concrete.graph.variables)
    except UsageError:
        raise
    except Exception as error:  # whatever a user's function raises, its user must learn what it was
        raise UsageError(f"losses cannot be traced: {told(error)}{_where(error)}") from error
    named = dict(concrete.structured_outputs)
    _check(named)
    return _traced(concrete.graph, named, variables, paths, call)


def _traced(graph: Any, named: Mapping[str, Tensor], variables: Sequence[Variable], paths: Any, call: Any) -> Traced:
    by_handle = {id(variable.handle): variable for variable in variables}
    inside = {id(outside): tensor for outside, tensor in graph.captures if id(outside) in by_handle}
    read = [by_handle[handle] for handle in inside]  # in the order of their first use
    if any(id(v) not in paths for v in read) and any(op.type in NESTED for op in graph.get_operations()):
        paths = {**find_paths(read), **paths}  # a function that was traced before reads its variables unseen
    names = by_name((paths.get(id(variable)) or path_of(variable), variable) for variable in read)
    # tf.function returns a copy of each result, which is no line of the user's.
    ends = {name: tensor.op.inputs[0] if tensor.op.type == "Identity" else tensor for name, tensor in named.items()}
    return Traced(graph, ends, names, list(inside.values()), call)


def _from_graph(losses: Any) -> Traced:
    """Take losses that are tensors of a graph of TensorFlow 1 already."""
    named = _named(losses) if isinstance(losses, (Mapping, list, tuple)) or tf.is_tensor(losses) else {}
    graphs = [tensor.graph for tensor in named.values() if tf.is_symbolic_tensor(tensor)]
    graph = graphs[0] if graphs else None
    if graph is None or any(other is not graph for other in graphs):
        raise UsageError(f"losses must be callable, or tensors of one graph of TensorFlow 1; found {losses!r:.80}")
    _check(named)
    variables = graph.get_collection(tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
    names = by_name((path_of(variable), variable) for variable in variables)
    return Traced(graph, named, names, [_root(variable) for variable in names.values()])


def _root(variable: Variable) -> Tensor:
    return variable.handle if hasattr(variable, "handle") else variable.op.outputs[0]


def _naming(losses: Callable[..., Any]) -> Callable[..., Mapping[str, Tensor]]:
    """Wrap whatever is callable in a function, which is all that tf.function takes alike, and name its losses."""

    def run(*args: Any) -> Mapping[str, Tensor]:
        return _named(losses(*released(args)))

    return run


def _named(outputs: Any) -> dict[str, Tensor]:
    """Name the losses: a mapping's keys, else ``loss1``, ``loss2`` and so on."""
    if outputs is None:
        raise UsageError("losses must return at least one loss; found None")
    if isinstance(outputs, Mapping):
        found = {str(name): tensor for name, tensor in outputs.items()}
    elif isinstance(outputs, (list, tuple)):
        found = {f"loss{i}": tensor for i, tensor in enumerate(outputs, start=1)}
    elif tf.is_tensor(outputs) or isinstance(outputs, (bool, int, float, complex, str, np.generic, np.ndarray)):
        found = {"loss": outputs}
    else:
        raise UsageError(f"losses must return a mapping, a list, a tuple or one tensor; found {outputs!r:.80}")
    if not found:
        raise UsageError("losses must return at least one loss; found an empty result")
    return found


def _check(named: Mapping[str, Any]) -> None:
    for name, tensor in named.items():
        numbers = isinstance(tensor, tf.Tensor) and (tensor.dtype.is_floating or tensor.dtype.is_complex)
        if not numbers:
            kind = tensor.dtype.name if isinstance(tensor, tf.Tensor) else repr(tensor)
            raise UsageError(f"losses must return floating-point tensors; {name} is {kind:.80}")


def _where(error: Exception) -> str:
    """Name the user's line that raised, and what to do where it took a tensor out of the graph."""
    frames = [(f.filename, f.lineno, f.line) for f in traceback.extract_tb(error.__traceback__)]
    frames += _AUTOGRAPH.findall(str(error))  # it raises anew, and tells the user's lines in words
    own = [frame for frame in frames if not is_library(frame[0]) and "__autograph_generated" not in frame[0]]
    place = "\n  at {}:{}  {}".format(*own[-1]) if own else ""
    out = isinstance(error, (AttributeError, NotImplementedError, TypeError)) and _LEAVES.search(str(error))
    return place + ("\n  what leaves TensorFlow is a constant to the tape: its gradient is None" if out else "")


_AUTOGRAPH = re.compile(r'File "([^"]+)", line (\d+), in .*\n *(.*)')
_LEAVES = re.compile("has no attribute 'numpy'|to a numpy array|symbolic|as a Python `bool`")
