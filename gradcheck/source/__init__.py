"""Functions as source that needs only TensorFlow and NumPy, sliced from the modules they stand in.

What the call names is written before it: a function by its own source, anything else by its value. Closures and
defaults are values too, so that a function made in a loop says what it was made with.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import inspect
import math
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.source._names import find_node, free_names, module_of, statement_of, substitute, without_annotations
from gradcheck.source._public import made_by, public_name

_SHIPPED = ("tensorflow", "keras", "numpy")
_MOST = 80  # characters of a value that is written where it is used


class Unsliceable(Exception):
    """A call cannot be written out; the message says why."""


@dataclass(frozen=True)
class Sliced:
    """Calls that stand alone, once the names ``tf`` and ``np`` are known.

    Attributes:
        imports: Modules of Python's own that they need.
        definitions: What they name, in an order in which it can be run.
        calls: The expressions that are called.
    """

    imports: tuple[str, ...]
    definitions: tuple[str, ...]
    calls: tuple[str, ...]

    @property
    def call(self) -> str:
        """The only expression."""
        (only,) = self.calls
        return only

    @property
    def text(self) -> str:
        """The definitions as they stand in a module: functions apart, values line by line."""
        text = ""
        for definition in self.definitions:
            block = definition.startswith(("def ", "class ", "@"))
            text += f"\n\n\n{definition}\n\n" if block else f"\n{definition}"
        return text


def slice_call(call: Callable[..., Any], reserved: Iterable[str] = ()) -> Sliced:
    """Return a call with all that it names; see `slice_calls`."""
    return slice_calls([call], reserved)


def slice_calls(calls: Iterable[Callable[..., Any]], reserved: Iterable[str] = ()) -> Sliced:
    """Return calls with all that they name.

    Args:
        calls: Functions, or anything else that is called.
        reserved: Names that the definitions must leave alone.

    Raises:
        Unsliceable: One cannot be written out.
    """
    slicer = _Slicer({"tf", "np", *reserved})
    expressions = [slicer.express(call) for call in calls]
    return Sliced(tuple(sorted(slicer.imports)), tuple(slicer.definitions), tuple(expressions))


def literal(values: Any) -> str:
    """Return an expression that makes an array of the same bits."""
    return _Slicer(set()).express(np.asarray(values))


class _Slicer:
    def __init__(self, taken: set[str]) -> None:
        self.imports: set[str] = set()
        self.definitions: list[str] = []
        self._taken = taken
        self._named: dict[tuple[str, str], str] = {}  # what a name and a value were written as
        self._functions: dict[int, str] = {}
        self._open: set[int] = set()

    def express(self, value: Any) -> str:
        """Return an expression that makes a value."""
        if value is None or value is Ellipsis or type(value) in (bool, str, bytes):
            return repr(value)
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        if type(value) in (int, float, complex):
            return _number(value)
        if isinstance(value, types.ModuleType) or value is tf:
            return self._module(value)
        write = _KINDS.get(type(value), _Slicer._made)
        return public_name(value) or self._of_python(value) or write(self, value)

    def _of_python(self, value: Any) -> str | None:
        """Return the name of a function or class of Python's own, which is imported."""
        home, name = str(getattr(value, "__module__", "")), str(getattr(value, "__qualname__", ""))
        is_found = getattr(sys.modules.get(home), name, None) is value
        if not is_found or home.partition(".")[0] not in sys.stdlib_module_names:
            return None
        self.imports.add(home)
        return f"{home}.{name}"

    def _array(self, value: Any) -> str:
        array = np.asarray(value)
        if array.dtype.kind not in "biufcSU":
            return f"{self._array(array.astype(np.float64))}.astype(tf.as_dtype({array.dtype.name!r}).as_numpy_dtype)"
        numbers = self.express(array.tolist())
        if isinstance(value, np.generic):
            name = type(value).__name__
            return f"np.{'bool_' if name == 'bool' else name}({numbers})"
        shaped = "" if array.size else f".reshape({array.shape})"
        usual = array.size and np.asarray(array.tolist()).dtype == array.dtype
        return f"np.array({numbers}{'' if usual else f', {array.dtype.name!r}'}){shaped}"

    def _module(self, value: Any) -> str:
        if value is tf or value is np:
            return "tf" if value is tf else "np"
        if name := public_name(value):
            return name
        if value.__name__.partition(".")[0] not in (*sys.stdlib_module_names, *_SHIPPED):
            raise Unsliceable(f"it names {value.__name__}, which is neither TensorFlow's nor Python's own")
        self.imports.add(value.__name__)
        return str(value.__name__)

    def _items(self, value: Any) -> str:
        parts = [self.express(item) for item in value]
        if isinstance(value, tuple):
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
        return f"[{', '.join(parts)}]" if isinstance(value, list) else f"{type(value).__name__}([{', '.join(parts)}])"

    def _dict(self, value: Mapping[Any, Any]) -> str:
        return f"{{{', '.join(f'{self.express(k)}: {self.express(v)}' for k, v in value.items())}}}"

    def _range(self, value: range) -> str:
        return repr(value)

    def _parameter(self, value: inspect.Parameter) -> str:
        self.imports.add("inspect")
        default = "" if value.default is value.empty else f", default={self.express(value.default)}"
        return f"inspect.Parameter({value.name!r}, inspect.Parameter.{value.kind.name}{default})"

    def _slice(self, value: slice) -> str:
        return f"slice({self.express(value.start)}, {self.express(value.stop)}, {self.express(value.step)})"

    def _partial(self, value: Any) -> str:
        self.imports.add("functools")
        options = [f"{name}={self.express(option)}" for name, option in value.keywords.items()]
        return f"functools.partial({', '.join([*map(self.express, (value.func, *value.args)), *options])})"

    def _made(self, value: Any) -> str:
        """Return what TensorFlow or Python makes of values."""
        maker = made_by(value)
        if maker:
            return f"{maker.name}({', '.join([self.express(maker.of), *maker.options])})"
        if hasattr(value, "cache_parameters"):
            self.imports.add("functools")
            return self.function(value.__wrapped__, "functools.cache")
        raise Unsliceable(f"no expression makes a value of type {type(value).__name__}")

    def function(self, function: types.FunctionType, *decorators: str) -> str:
        """Return a function's name, once it is defined, or a lambda's text."""
        if id(function) in self._functions:
            return self._functions[id(function)]
        if id(function) in self._open:
            raise Unsliceable(f"the lambda in line {function.__code__.co_firstlineno} calls itself")
        self._open.add(id(function))
        try:
            return self._written(function, decorators)
        except Unsliceable:
            self._functions.pop(id(function), None)
            raise
        finally:
            self._open.discard(id(function))

    def _written(self, function: types.FunctionType, decorators: tuple[str, ...]) -> str:
        found = find_node(function.__code__)
        if found is None:
            raise Unsliceable(f"the source of {function.__qualname__} is not found, or has changed")
        node = without_annotations(copy.deepcopy(found))
        if isinstance(node, ast.FunctionDef):
            told = function.__name__ if function.__name__.isidentifier() else node.name
            node.name = self._functions[id(function)] = self._allot(told)
            node.decorator_list = [_parsed(name) for name in decorators]
        node.args.defaults, node.args.kw_defaults = [], [None] * len(node.args.kwonlyargs)
        node = substitute(node, self._resolved(node, function))
        self._give_defaults(node, function)
        if isinstance(node, ast.Lambda):
            return ast.unparse(node)
        self.definitions.append(ast.unparse(node))
        return node.name

    def _resolved(self, node: ast.AST, function: types.FunctionType) -> dict[str, ast.expr]:
        """Define what a function names, and return by which expression each name is to be replaced."""
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        found: dict[str, ast.expr] = {}
        for name, uses in free_names(node).items():
            if name == getattr(node, "name", None):
                continue  # it calls itself
            if name in cells:
                found[name] = _parsed(self._bound(name, cells[name].cell_contents, inline=uses == 1))
            elif name in function.__globals__:
                found[name] = _parsed(self._global(name, function.__globals__))
            elif not hasattr(builtins, name):
                raise Unsliceable(f"{name}, which {function.__qualname__} names, is not defined")
        return {name: new for name, new in found.items() if not (isinstance(new, ast.Name) and new.id == name)}

    def _global(self, name: str, names: Mapping[str, Any]) -> str:
        try:
            return self._bound(name, names[name], inline=False)
        except Unsliceable as error:
            return self._by_statement(name, names, error)

    def _by_statement(self, name: str, names: Mapping[str, Any], error: Unsliceable) -> str:
        """Define a name of a module as the module does, where it does so once."""
        file = str(names.get("__file__", ""))
        if (name, file) in self._named:
            return self._named[name, file]
        statement = copy.deepcopy(statement_of(module_of(file), name))
        if statement is None:
            raise error
        self._named[name, file] = name
        if name in self._taken:
            raise Unsliceable(f"two things are called {name}")
        self._taken.add(name)
        resolved = {
            other: _parsed(self._global(other, names))
            for other in free_names(statement)
            if other != name and other in names
        }
        self.definitions.append(ast.unparse(substitute(without_annotations(statement), resolved)))
        return name

    def _bound(self, name: str, value: Any, *, inline: bool) -> str:
        """Return an expression that stands for a name: another name, or the value itself where that reads well."""
        text = self.express(value)
        is_name = all(part.isidentifier() for part in text.split("."))
        is_small = isinstance(value, int | float | str) or value is None
        if is_name or (inline and len(text) < _MOST) or (is_small and text[:1] not in "[{("):
            return text
        if (name, text) not in self._named:
            self._named[name, text] = self._allot(name)
            self.definitions.append(f"{self._named[name, text]} = {text}")
        return self._named[name, text]

    def _give_defaults(self, node: Any, function: types.FunctionType) -> None:
        node.args.defaults = [_parsed(self.express(value)) for value in function.__defaults__ or ()]
        given = {name: _parsed(self.express(value)) for name, value in (function.__kwdefaults__ or {}).items()}
        node.args.kw_defaults = [given.get(one.arg) for one in node.args.kwonlyargs]

    def _allot(self, name: str) -> str:
        """Return a name that nothing else has."""
        free = next(new for new in _variants(name) if new not in self._taken)
        self._taken.add(free)
        return free


def _variants(name: str) -> Iterator[str]:
    yield name
    for count in range(2, 1000):
        yield f"{name}_{count}"


def _number(value: Any) -> str:
    if isinstance(value, complex):
        plain = complex(repr(value)) == value and value.real and value.imag  # what repr writes loses a sign of zero
        return repr(value) if plain else f"complex({_number(value.real)}, {_number(value.imag)})"
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


_KINDS: dict[type, Callable[[_Slicer, Any], str]] = {
    list: _Slicer._items,
    tuple: _Slicer._items,
    set: _Slicer._items,
    frozenset: _Slicer._items,
    dict: _Slicer._dict,
    types.MappingProxyType: _Slicer._dict,  # of a signature's parameters
    inspect.Parameter: _Slicer._parameter,
    slice: _Slicer._slice,
    range: _Slicer._range,
    functools.partial: _Slicer._partial,
    types.FunctionType: _Slicer.function,
}
