"""The variables that live in this process, what each is for, and which of them a callable mentions."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from gradcheck.backend import load
from gradcheck.training._tensorflow import bookkeeper_kinds, inner, is_frozen, kept_by, layer_kinds, wrapper_kind

Variable = Any


class Role(Enum):
    """What a variable is for."""

    WEIGHT = auto()  # made to be trained
    FROZEN = auto()  # a weight of a layer that is frozen now
    STATE = auto()  # made not to be trained, such as moving statistics or a target network
    BOOKS = auto()  # what optimizers, metrics and random generators keep, and counters


@dataclass(frozen=True, eq=False)
class Live:
    """The variables that were found.

    Attributes:
        variables: Each ``tf.Variable`` once, by its handle's identity.
        paths: The paths of those that a Keras 3 variable wraps, by the same.
    """

    variables: dict[int, Variable] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)

    def add(self, held: Any) -> None:
        """Add a variable of TensorFlow's or Keras's, if it has a value that can be read eagerly."""
        variable = inner(held)
        key = None if variable is None else key_of(variable)
        if key is None:
            return
        self.variables.setdefault(key, variable)
        if variable is not held:
            self.paths[key] = held.path


def key_of(variable: Variable) -> int | None:
    """Return what two objects that stand for the same variable share; ``None`` outside of eager execution."""
    handle = getattr(inner(variable), "handle", None)
    return id(handle) if hasattr(handle, "numpy") else None


def find_live() -> Live:
    """Return all variables that live, by asking the garbage collector: nothing is run or traced."""
    found = Live()
    for held in _instances((load().Variable, wrapper_kind())):
        found.add(held)
    return found


def find_mentioned(step: Callable[[], object]) -> Live:
    """Return the variables that a callable can come to: by what it encloses, its object, and globals that it names."""
    found = Live()
    for held in _walk(step):
        if issubclass(type(held), (load().Variable, wrapper_kind())):
            found.add(held)
    return found


def find_roles(variables: Iterable[Variable]) -> dict[int, Role]:
    """Return what each variable is for."""
    kept = {key_of(variable) for keeper in _instances(bookkeeper_kinds()) for variable in kept_by(keeper)}
    frozen = {key_of(variable) for layer in _instances(layer_kinds()) if is_frozen(layer) for variable in layer.weights}

    def role(key: int, variable: Variable) -> Role:
        if key in kept or (variable.dtype.is_integer and variable.shape.rank == 0):
            return Role.BOOKS
        # Keras 3 freezes its own variable: the one inside still tells what it was made for.
        if variable.trainable and (variable.dtype.is_floating or variable.dtype.is_complex):
            return Role.FROZEN if key in frozen else Role.WEIGHT
        return Role.STATE

    return {key: role(key, variable) for variable in variables if (key := key_of(variable)) is not None}


def _instances(kinds: tuple[type, ...]) -> Iterator[Any]:
    known: dict[type, bool] = {}
    for held in gc.get_objects():
        kind = type(held)  # not isinstance, which asks proxies for the class of what they stand for
        if kind not in known:
            known[kind] = issubclass(kind, kinds)
        if known[kind]:
            yield held


# --- what a callable mentions ----------------------------------------------------------------------

# Nothing of a step's is behind these: they lead to the whole program, or to other tests.
_STRANGE = frozenset({"_pytest", "pytest", "pluggy", "unittest", "logging", "threading", "weakref"})


def _walk(start: Any) -> Iterator[Any]:
    seen: dict[int, Any] = {}  # held, so that no identity is used twice
    waiting = deque([start])
    while waiting:
        held = waiting.popleft()
        if id(held) not in seen:
            seen[id(held)] = held
            yield held
            waiting += _behind(held)


def _behind(held: Any) -> Iterable[Any]:
    if isinstance(held, FunctionType):
        return _named_by(held)
    if issubclass(type(held), (ModuleType, type, FrameType, CodeType, load().Graph, str, bytes)):
        return ()
    return () if type(held).__module__.partition(".")[0] in _STRANGE else gc.get_referents(held)


def _named_by(function: FunctionType) -> Iterator[Any]:
    """Yield what a function encloses and, of a user's own function, the globals that its code names."""
    yield from (function.__closure__, function.__defaults__, function.__kwdefaults__)
    if {"site-packages", "dist-packages"} & set(Path(function.__code__.co_filename).parts):
        return
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        found = function.__globals__[name]
        yield found
        if isinstance(found, ModuleType):
            yield from (vars(found)[inside] for inside in names & vars(found).keys())


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
