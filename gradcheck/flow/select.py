"""Choosing variables: by object, name, glob, layer or model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from gradcheck.backend import tf
from gradcheck.errors import UsageError

Variable = Any


def choose(wanted: Any, known: Mapping[str, Variable], *, argument: str = "variables") -> dict[str, Variable]:
    """Return the variables that are wanted, by name.

    Args:
        wanted: A variable, a name or glob such as ``"encoder/*"``, a layer or model, or a sequence of them.
        known: The variables that names and globs are looked up in.
        argument: What the caller's argument is called in errors.

    Raises:
        UsageError: Nothing is wanted, something wanted is no variable, or a name or glob matches nothing.
    """
    items = wanted if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    if not items:
        raise UsageError(f"{argument} is empty: name at least one variable")
    names = {id(variable): name for name, variable in known.items()}
    chosen: list[tuple[str, Variable]] = []
    for item in items:
        if isinstance(item, str):
            chosen += _matching(item, known, argument)
        else:
            found = [(path_of(variable), plain(variable)) for variable in _within(item, argument)]
            chosen += [(names.get(id(variable), name), variable) for name, variable in found]
    return by_name(list({id(variable): (name, variable) for name, variable in chosen}.values()))


def by_name(variables: Iterable[tuple[str, Variable]]) -> dict[str, Variable]:
    """Return variables by name, those of the same name numbered."""
    named: dict[str, Variable] = {}
    for name, variable in variables:
        count = 1
        while (numbered := name if count == 1 else f"{name} ({count})") in named:
            count += 1
        named[numbered] = variable
    return named


def path_of(variable: Variable) -> str:
    """Return a variable's path, or its name where it has none."""
    return str(getattr(variable, "path", None) or variable.name).partition(":")[0]


def plain(variable: Variable) -> Variable:
    """Return the ``tf.Variable`` of a variable, which Keras wraps."""
    inside = getattr(variable, "value", None)
    return inside if _is_plain(inside) else variable


def is_variable(item: Any) -> bool:
    """Whether something is a variable of TensorFlow's or Keras's."""
    return _is_plain(item) or _is_plain(getattr(item, "value", None))


def _is_plain(item: Any) -> bool:
    return hasattr(item, "assign") and hasattr(item, "initializer") and not hasattr(item, "path")


def _within(item: Any, argument: str) -> list[Variable]:
    """Return an item that is a variable, or the variables of one that is a layer or a model."""
    if is_variable(item):
        return [item]
    if tf.is_tensor(item):
        raise UsageError(
            f"{argument} must be variables; found a tensor of shape {item.shape}: what is computed from a variable, "
            "such as w - 0.1 * gradient, is none; change a variable by w.assign(...)"
        )
    inside = getattr(item, "weights", None)  # a layer's variables without metrics and the states of seeds
    if not isinstance(inside, (list, tuple)):
        inside = getattr(item, "variables", None)
    if not isinstance(inside, (list, tuple)):
        raise UsageError(f"{argument} must be variables, names, globs, layers or models; found {item!r:.80}")
    if not inside:
        raise UsageError(f"{argument}: {getattr(item, 'name', item)!r:.80} has no variables; call it once to build it")
    return list(inside)


def _matching(glob: str, known: Mapping[str, Variable], argument: str) -> list[tuple[str, Variable]]:
    if glob in known:
        return [(glob, known[glob])]
    found = [(name, variable) for name, variable in known.items() if fnmatchcase(name, glob)]
    if not found:
        listed = ", ".join(known) or "none at all"
        raise UsageError(f"{argument}: no variable is called {glob!r}; there are: {listed:.2000}")
    return found
