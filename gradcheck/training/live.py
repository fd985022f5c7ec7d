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
from gradcheck.training._tensorflow import (
    bookkeeper_kinds,
    frozen_weights,
    inner,
    kept_by,
    layer_kinds,
    replicas,
    wrapper_kind,
)

Variable = Any


class Role(Enum):
    """What a variable is for."""

    WEIGHT = auto()  # made to be trained
    FROZEN = auto()  # a weight of a layer that is frozen now
    STATE = auto()  # made not to be trained, such as moving statistics or a target network
    BOOKS = auto()  # what optimizers, metrics and random generators keep, and counters


@dataclass(frozen=True, eq=False)
class Live:
    """Variables that were found, and what is known of them.

    Attributes:
        variables: Each ``tf.Variable`` once, by its key.
        paths: The paths of those that a Keras 3 variable wraps.
        kept: Keys of what optimizers, metrics and random generators keep.
        frozen: Keys of the weights of frozen layers.
        copies: Keys of what a distribution strategy keeps beside the first replica's variables.
    """

    variables: dict[int, Variable] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    kept: set[int | None] = field(default_factory=set)
    frozen: set[int | None] = field(default_factory=set)
    copies: set[int | None] = field(default_factory=set)

    def add(self, held: Any) -> None:
        """Add a variable of TensorFlow's or Keras's, if it has a value that can be read eagerly."""
        variable = inner(held)
        key = None if variable is None else key_of(variable)
        if key is None:
            return
        self.variables.setdefault(key, variable)
        if variable is not held:
            self.paths[key] = held.path

    def role(self, variable: Variable) -> Role:
        """Return what a variable is for."""
        key, dtype = key_of(variable), variable.dtype
        if key in self.kept or (dtype.is_integer and variable.shape.rank == 0):
            return Role.BOOKS
        # Keras 3 freezes its own variable: the one inside still tells what it was made for.
        if variable.trainable and (dtype.is_floating or dtype.is_complex):
            return Role.FROZEN if key in self.frozen else Role.WEIGHT
        return Role.STATE


def key_of(variable: Variable) -> int | None:
    """Return what two objects that stand for the same variable share; ``None`` outside of eager execution."""
    handle = getattr(inner(variable), "handle", None)
    return id(handle) if hasattr(handle, "numpy") else None


def find_live() -> Live:
    """Return all variables that live, by asking the garbage collector once: nothing is run or traced."""
    found = Live()
    variables, keepers, layers = (load().Variable, wrapper_kind()), bookkeeper_kinds(), layer_kinds()
    for held in _instances((*variables, *keepers, *layers)):
        if issubclass(type(held), variables):
            found.add(held)
            found.copies.update(map(key_of, replicas(held)))
        elif issubclass(type(held), keepers):
            found.kept.update(map(key_of, kept_by(held)))
        else:
            found.frozen.update(map(key_of, frozen_weights(held)))
    return found


def find_mentioned(step: Callable[[], object]) -> Live:
    """Return the variables that a callable can come to: by what it encloses, its object, and globals that it names."""
    found = Live()
    for held in _walk(step):
        if issubclass(type(held), (load().Variable, wrapper_kind())):
            found.add(held)
    return found


def _instances(kinds: tuple[type, ...]) -> list[Any]:
    known: dict[type, bool] = {}

    def is_one(held: Any) -> bool:
        kind = type(held)  # not isinstance, which asks proxies for the class of what they stand for
        if kind not in known:
            known[kind] = issubclass(kind, kinds)
        return known[kind]

    return [held for held in gc.get_objects() if is_one(held)]


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
    # In the code's order, so that names and what is drawn for them are the same in every run.
    names = list(dict.fromkeys(_names(function.__code__)))
    for found in (function.__globals__[name] for name in names if name in function.__globals__):
        yield found
        if isinstance(found, ModuleType):
            yield from (vars(found)[name] for name in names if name in vars(found))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
