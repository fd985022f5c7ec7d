"""The one place that touches TensorFlow's private modules for flow: gradient registry, nested functions, tracebacks."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
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


def nested_graphs(op: Operation) -> list[FuncGraph]:
    """Return the graphs of the functions that an operation calls."""
    names = [function for attribute in NESTED[op.type] for function in _as_list(op.get_attr(attribute))]
    return [op.graph._get_function(function.name).graph for function in names]


def source_frames(op: Operation) -> Iterator[tuple[str, int, str]]:
    """Yield file, line and source of the calls that made an operation, innermost first."""
    for frame in reversed(op.traceback or []):
        yield frame.filename, frame.lineno, linecache.getline(frame.filename, frame.lineno).strip()


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
