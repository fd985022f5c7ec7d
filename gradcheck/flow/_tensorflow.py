"""The one place that touches TensorFlow's private modules for flow: gradient registry, nested functions, tracebacks."""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gradcheck.backend import load

Operation = Any
FuncGraph = Any

# Operations that hold functions, and the attributes that name them.
CALLS = {"PartitionedCall": ("f",), "StatefulPartitionedCall": ("f",)}
BRANCHES = {"If": ("then_branch", "else_branch"), "StatelessIf": ("then_branch", "else_branch")}
CASES = {"Case": ("branches",), "StatelessCase": ("branches",)}
LOOPS = {"While": ("body", "cond"), "StatelessWhile": ("body", "cond")}
NESTED = {**CALLS, **BRANCHES, **CASES, **LOOPS}


def gradient_function(op: Operation) -> Callable[..., Any] | None:
    """Return the gradient function that TensorFlow uses for an operation, ``None`` if it is not differentiable.

    Raises:
        LookupError: None is registered.
    """
    load()
    from tensorflow.python.framework import ops

    found: Callable[..., Any] | None = ops.get_gradient_function(op)
    return found


def may_be_overridden(kind: str) -> bool:
    """Whether an operation of this type can carry a gradient that is not the one registered for its type.

    ``tf.custom_gradient`` puts it on an IdentityN. Any other operation can have one only where somebody
    registered a gradient under a name that is no operation's.
    """
    return kind == "IdentityN" or bool(_named_by_users())


def custom_gradient(op: Operation) -> str:
    """Return the name of the gradient that an operation carries itself, empty if none."""
    attributes = op.node_def.attr
    return attributes["_gradient_op_type"].s.decode() if "_gradient_op_type" in attributes else ""


def _named_by_users() -> list[str]:
    from tensorflow.python.framework import op_def_registry, ops

    registered = ops.gradient_registry._registry
    strangers = [
        name
        for name, entry in registered.items()
        if not getattr(entry["type"], "__module__", "tensorflow").startswith("tensorflow")
    ]
    return [name for name in strangers if op_def_registry.get(name) is None and not name.startswith("CustomGradient-")]


def writes(op: Operation) -> bool:
    """Whether an operation of this type may change what a variable, or another resource it is given, holds."""
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get(op.type)
    if definition is None or op.type in _READERS:
        return False
    takes = any(argument.is_ref or argument.type == _RESOURCE for argument in definition.input_arg)
    return takes and (definition.is_stateful or any(argument.is_ref for argument in definition.input_arg))


_RESOURCE = 20  # DT_RESOURCE in TensorFlow's types.proto
_READERS = frozenset({"ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VariableShape", "VarIsInitializedOp"})


def is_function(op: Operation, kind: str) -> bool:
    """Whether an operation of this type calls a function of that name, as those of TensorFlow 1 do."""
    return bool(op.graph._is_function(kind))


def nested_graphs(op: Operation) -> list[FuncGraph]:
    """Return the graphs of the functions that an operation calls."""
    called = [function for attribute in NESTED.get(op.type, ()) for function in _as_list(op.get_attr(attribute))]
    return [_graph_of(op, name) for name in [function.name for function in called] or [op.type]]


def _graph_of(op: Operation, name: str) -> FuncGraph:
    """Return a function's graph, made from its definition where that is all there is, as inside of ``ctc_loss``."""
    from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

    function = op.graph._get_function(name)
    if hasattr(function, "graph"):
        return function.graph
    with op.graph.as_default():
        return function_def_to_graph(function.definition)


def source_frames(op: Operation) -> Iterator[tuple[str, int, str]]:
    """Yield file, line and source of the calls that made an operation, innermost first."""
    for frame in reversed(op.traceback or []):
        yield frame.filename, frame.lineno, linecache.getline(frame.filename, frame.lineno).strip()


@functools.cache
def is_library(file: str) -> bool:
    """Whether a file is no user's: an installed package's, or gradcheck's own."""
    path, ours = Path(file), Path(__file__).parent.parent
    return bool({"site-packages", "dist-packages"} & set(path.parts)) or ours in path.parents or file.startswith("<")


@functools.cache
def is_keras(file: str) -> bool:
    """Whether a file is of Keras, whose layers name the scopes of what they make."""
    return is_library(file) and bool({"keras", "tf_keras"} & set(Path(file).parts))


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
