"""Python's syntax trees: where a function stands in its file, which names it leaves open, and what stands for them."""

from __future__ import annotations

import ast
import dis
import types
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)
_SCOPES = (ast.Lambda, ast.FunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@cache
def module_of(file: str) -> ast.Module:
    """Return the tree of a file, an empty one if it cannot be read."""
    try:
        return ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


@cache
def _compiled(file: str) -> frozenset[types.CodeType]:
    """Return what a file is compiled to: it may have changed since it was imported."""
    return frozenset(_codes(compile(module_of(file), file, "exec", dont_inherit=True)))


@cache
def _functions(file: str) -> dict[int, list[ast.Lambda | ast.FunctionDef]]:
    """Return the functions of a file by the line in which each begins."""
    found: dict[int, list[ast.Lambda | ast.FunctionDef]] = {}
    for node in ast.walk(module_of(file)):
        if isinstance(node, _SCOPES):
            found.setdefault(_first_line(node), []).append(node)
    return found


def find_node(code: types.CodeType) -> ast.Lambda | ast.FunctionDef | None:
    """Return the function that was compiled to a code object, ``None`` if its file does not hold it (any more)."""
    if code not in _compiled(code.co_filename):
        return None
    kind = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    nodes = _functions(code.co_filename).get(code.co_firstlineno, [])
    found = [node for node in nodes if isinstance(node, kind) and _has_arguments(node, code)]
    if len(found) > 1:
        found = sorted((node for node in found if _holds(node, code)), key=_size)[:1] or found
    return found[0] if len(found) == 1 else None


def statement_of(module: ast.Module, name: str) -> ast.stmt | None:
    """Return the statement by which a module defines a name, ``None`` if that is not one statement alone."""
    found = [statement for statement in module.body if name in _defines(statement)]
    stored = sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in ast.walk(module))
    return found[0] if len(found) == 1 and stored <= 1 else None


def free_names(node: ast.AST) -> dict[str, int]:
    """Return the names that a function or statement leaves open, in their order, and how often each is used."""
    bare = ast.Expr(node) if isinstance(node, ast.expr) else node
    tree = ast.fix_missing_locations(ast.Module([bare], []))  # type: ignore[list-item]  # a statement
    names = [name for code in _codes(compile(tree, "<sliced>", "exec")) for name in _global_loads(code)]
    uses = Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
    return {name: uses[name] for name in dict.fromkeys(names)}


def without_annotations(node: Node) -> Node:
    """Return a tree without type hints, which only name what a reader must be told."""
    bare: Node = _Bare().visit(node)
    return ast.fix_missing_locations(bare)


def substitute(node: Node, new: Mapping[str, ast.expr]) -> Node:
    """Return a tree in which expressions stand for open names."""
    replaced: Node = _Substitution(new).visit(node)
    return ast.fix_missing_locations(replaced)


class _Bare(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep that fields are annotated, which makes them fields of named tuples and data classes."""
        body = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        for field in body:
            field.annotation = ast.Name("object", ast.Load())
        node.body = [part if part in body else self.visit(part) for part in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)


class _Substitution(ast.NodeTransformer):
    def __init__(self, new: Mapping[str, ast.expr]) -> None:
        self._new = dict(new)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._new.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, _SCOPES):
            return self._scope(node)
        if isinstance(node, _COMPREHENSIONS):
            stored = {n.id for part in node.generators for n in ast.walk(part.target) if isinstance(n, ast.Name)}
            return self._without(stored, node)
        return super().generic_visit(node)

    def _scope(self, node: Any) -> ast.AST:
        """Replace names in a function, whose defaults are evaluated outside of it."""
        outside = _Substitution(self._new)
        node.args.defaults = [outside.visit(default) for default in node.args.defaults]
        node.args.kw_defaults = [default and outside.visit(default) for default in node.args.kw_defaults]
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [outside.visit(decorator) for decorator in node.decorator_list]
        return self._without(set(_locals(node)), node)

    def _without(self, names: set[str], node: ast.AST) -> ast.AST:
        inside = _Substitution({name: new for name, new in self._new.items() if name not in names})
        return super(_Substitution, inside).generic_visit(node)


def _locals(function: Any) -> Iterator[str]:
    """Yield the names that a function binds itself."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    yield from (one.arg for one in every if one)
    waiting = list(function.body) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif not isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            waiting += ast.iter_child_nodes(node)


def _defines(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {n.id for target in targets if target for n in ast.walk(target) if isinstance(n, ast.Name)}


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _global_loads(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)


def _first_line(node: ast.Lambda | ast.FunctionDef) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _has_arguments(node: ast.Lambda | ast.FunctionDef, code: types.CodeType) -> bool:
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    count = code.co_argcount + code.co_kwonlyargcount
    return list(code.co_varnames[:count]) == names


def _holds(node: ast.Lambda | ast.FunctionDef, code: types.CodeType) -> bool:
    """Whether all that was compiled stands in a node; before Python 3.11 a code object does not tell."""
    positions = getattr(code, "co_positions", tuple)
    places = [place for place in positions() if None not in place and place[3] > place[2]]
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    return bool(places) and all(start <= (first, left) and (last, right) <= end for first, last, left, right in places)


def _size(node: Any) -> tuple[int, int]:
    lines, columns = node.end_lineno - node.lineno, node.end_col_offset - node.col_offset
    return int(lines), int(columns)
