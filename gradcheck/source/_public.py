"""Names under which TensorFlow and NumPy offer an object, and what their makers were given."""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gradcheck.backend import load

_SKIPPED = ("compat", "lite", "estimator", "tools", "distribute", "tpu", "wrappers", "saved_model", "profiler")
_DEEPEST = 4
_DECORATORS = ("custom_gradient", "recompute_grad", "grad_pass_through")


@dataclass(frozen=True)
class Maker:
    """What an object was made by.

    Attributes:
        name: The public function that makes it.
        of: What it is made of.
        options: The other arguments, as source.
    """

    name: str
    of: Any
    options: tuple[str, ...] = ()


def public_name(value: Any) -> str | None:
    """Return an expression such as ``"tf.math.erf"`` that is an object, ``None`` if there is none."""
    tensorflow = load()
    if isinstance(value, tensorflow.DType):
        return f"tf.{value.name}"
    if not _is_named(value):
        return None
    if id(value) in _names():
        return _names()[id(value)]
    name, home = str(getattr(value, "__name__", "")), str(getattr(value, "__module__", ""))
    if (name if isinstance(value, types.ModuleType) else home).partition(".")[0] == "numpy":
        return _of_numpy(value, name.rpartition(".")[2])
    builtin = sys.modules["builtins"].__dict__.get(name)
    return name if builtin is value and home == "builtins" else None


def _of_numpy(value: Any, name: str) -> str | None:
    for path, module in (("np", np), ("np.linalg", np.linalg), ("np.random", np.random), ("np.fft", np.fft)):
        if getattr(module, name, None) is value:
            return f"{path}.{name}"
    return None


def made_by(value: Any) -> Maker | None:
    """Return how TensorFlow made an object of Python values, ``None`` if that is not known."""
    tensorflow = load()
    if isinstance(value, tensorflow.TensorShape):
        return Maker("tf.TensorShape", None if value.rank is None else value.as_list())
    if isinstance(value, tensorflow.TensorSpec):
        return Maker("tf.TensorSpec", value.shape, (f"tf.{value.dtype.name}",))
    if isinstance(value, tensorflow.Tensor) and hasattr(value, "numpy"):
        return Maker("tf.constant", value.numpy())
    decorator = getattr(getattr(value, "_tf_decorator", None), "decorator_name", None)
    if decorator in _DECORATORS:
        return Maker(f"tf.{decorator}", value.__wrapped__)
    if hasattr(value, "python_function") and hasattr(value, "get_concrete_function"):
        options = [f"autograph={bool(value._autograph)}"] + ["jit_compile=True"] * bool(value._jit_compile)
        return Maker("tf.function", value.python_function, tuple(options))
    return None


def _is_named(value: Any) -> bool:
    return callable(value) or isinstance(value, types.ModuleType)


@cache
def _names() -> dict[int, str]:
    """Return the public names by the identity of what they name, the shortest of each."""
    tensorflow = load()
    found: dict[int, str] = {}
    for path, root in (("tf", tensorflow), ("tf.compat.v1", tensorflow.compat.v1)):
        for name, value in _walk(path, root):
            found.setdefault(id(value), name)
    return found


def _walk(path: str, root: Any) -> Iterator[tuple[str, Any]]:
    waiting: deque[tuple[str, Any]] = deque([(path, root)])
    seen = {id(root)}
    while waiting:
        path, module = waiting.popleft()
        for name in _listed(module):
            value = None if name.startswith("_") or name in _SKIPPED else _attribute(module, name)
            if value is None or not (_is_named(value) and _is_offered(value)):
                continue
            yield f"{path}.{name}", value
            if isinstance(value, types.ModuleType) and id(value) not in seen and path.count(".") < _DEEPEST:
                seen.add(id(value))
                waiting.append((f"{path}.{name}", value))


def _is_offered(value: Any) -> bool:
    """Whether an attribute is part of the interface, and no module that its maker imports."""
    home = str(getattr(value, "__name__", ""))
    offered = "_api" in home or home.startswith(("tensorflow.experimental", "keras."))
    return offered or not isinstance(value, types.ModuleType)


def _listed(module: Any) -> list[str]:
    try:
        return dir(module)
    except ImportError:
        return []


def _attribute(module: Any, name: str) -> Any:
    try:
        return getattr(module, name)
    except Exception:  # whatever a lazy module raises that cannot be loaded here
        return None
