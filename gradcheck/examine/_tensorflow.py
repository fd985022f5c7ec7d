"""What examining needs of TensorFlow's private modules: its gradient functions, and what forward mode keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from gradcheck.backend import load


def registered() -> dict[str, Any]:
    """Return the registered gradient functions by operation type, ``None`` for what is not differentiable."""
    load()
    from tensorflow.python.framework import ops

    entries = ops.gradient_registry._registry
    return {name: entry["type"] for name, entry in entries.items() if "-" not in name}


@contextmanager
def watching() -> Iterator[set[str]]:
    """Note the gradient functions that TensorFlow calls in the block."""
    load()
    from tensorflow.python.framework import ops

    called: set[str] = set()
    entries = ops.gradient_registry._registry
    before = {name: entry["type"] for name, entry in entries.items() if callable(entry["type"])}
    for name, function in before.items():
        entries[name]["type"] = _noting(name, function, called)
    try:
        yield called
    finally:
        for name, function in before.items():
            entries[name]["type"] = function


def forget_products() -> None:
    """Have eager forward mode forget the products of operations that it traced, and how many.

    From the 33rd shape of an operation on TensorFlow traces for unknown sizes (docs/trophies.md:
    forward-svd-many-shapes): then what an examination finds depends on what a process examined before.
    """
    load()
    from tensorflow.python.eager import forwardprop

    forwardprop._jvp_function_cache.clear()
    forwardprop._TRACE_COUNT.clear()


def _noting(name: str, function: Callable[..., Any], called: set[str]) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        called.add(name)
        return function(*args, **options)

    return run
