"""Asserting which losses reach which variables, by the structure of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcheck.assertions.mends import find_mend
from gradcheck.errors import LawBroken, UsageError
from gradcheck.flow.cell import Kind
from gradcheck.flow.flow import flow
from gradcheck.flow.result import Flow
from gradcheck.flow.select import is_variable

_NAMED, _SHOWN = 6, 3


def assert_isolated(losses: Callable[..., Any], loss: str | Sequence[str], *args: Any, from_: Any) -> None:
    """Assert that no gradient of a loss flows to some variables, by the structure of the graph.

    Args:
        losses: What returns the losses; see `gradcheck.flow`.
        loss: Name of the loss, or names of several.
        args: What ``losses`` is called with; ``tf.TensorSpec`` for all values and shapes.
        from_: Variables, names, globs, layers or models that the loss must not reach. A layer or model
            stands for all of its variables.

    Raises:
        LawBroken: A gradient flows; the message shows the table and the path, with the user's lines.
        UsageError: The losses cannot be traced, or a name matches nothing.
    """
    __tracebackhide__ = True
    found = _flow(losses, args, from_, "from_")
    leaks = [cell for cell in _cells(found, loss) if found[cell].kind is Kind.CONNECTED]
    _fail("leaks into", found, leaks, Kind.INDEPENDENT)


def assert_reaches(losses: Callable[..., Any], loss: str | Sequence[str], *args: Any, variables: Any) -> None:
    """Assert that a gradient of a loss flows to some variables, by the structure of the graph.

    Args:
        losses: What returns the losses; see `gradcheck.flow`.
        loss: Name of the loss, or names of several; each must reach all of the variables.
        args: What ``losses`` is called with; ``tf.TensorSpec`` for all values and shapes.
        variables: Variables, names, globs, layers or models that the loss must reach. A layer or model
            stands for its trainable variables, for all of them if it has none.

    Raises:
        LawBroken: No gradient flows; the message shows the table and what cuts the path.
        UsageError: The losses cannot be traced, or a name matches nothing.
    """
    __tracebackhide__ = True
    found = _flow(losses, args, _trainable(variables), "variables")
    cut = [cell for cell in _cells(found, loss) if found[cell].kind is not Kind.CONNECTED]
    _fail("does not reach", found, cut, Kind.CONNECTED)


def explain_cells(found: Flow, wrong: Sequence[tuple[str, str, Kind]]) -> str:
    """Explain cells that are not as expected, each by its path and by what would mend it.

    Args:
        found: The flow.
        wrong: Loss, variable and what was expected of each.
    """
    lines = []
    for loss, variable, expected in wrong[:_SHOWN]:
        lines += [found.explain(loss, variable), f"  to mend it: {find_mend(found[loss, variable], expected)}"]
    if len(wrong) > _SHOWN:
        rest = ", ".join(f"{variable} -> {loss}" for loss, variable, _ in wrong[_SHOWN:])
        lines.append(f"and {len(wrong) - _SHOWN} more: {rest}")
    return "\n".join(lines)


def _flow(losses: Callable[..., Any], args: Sequence[Any], wanted: Any, argument: str) -> Flow:
    if wanted is None:
        raise UsageError(f"{argument} must be variables, names, globs, layers or models; found None")
    try:
        return flow(losses, *args, variables=wanted)
    except UsageError as error:
        if str(error).startswith("variables"):  # the caller's argument has a name of its own
            raise UsageError(argument + str(error).removeprefix("variables")) from error
        raise


def _cells(found: Flow, loss: str | Sequence[str]) -> list[tuple[str, str]]:
    if not isinstance(loss, (str, list, tuple)) or not all(isinstance(name, str) for name in loss):
        raise UsageError(f"loss must be the name of a loss, or names of several; found {loss!r:.80}")
    names = [loss] if isinstance(loss, str) else list(loss)
    if not names:
        raise UsageError(f"loss is empty: name at least one of {', '.join(found.losses)}")
    return [(name, variable) for name in names for variable in found.variables]


def _trainable(wanted: Any) -> list[Any]:
    """Put trainable variables in the place of layers and models."""
    items = wanted if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    found: list[Any] = []
    for item in items:
        inside = () if is_variable(item) else getattr(item, "trainable_variables", ())
        found += inside or [item]
    return found


def _fail(verb: str, found: Flow, cells: Sequence[tuple[str, str]], expected: Kind) -> None:
    __tracebackhide__ = True
    if not cells:
        return
    claims = []
    for loss in dict.fromkeys(loss for loss, _ in cells):
        names = [variable for other, variable in cells if other == loss]
        rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        claims.append(f"{loss} {verb} {', '.join(names[:_NAMED])}{rest}")
    told = explain_cells(found, [(*cell, expected) for cell in cells])
    raise LawBroken("\n".join([*claims, str(found).rstrip(), told]))
