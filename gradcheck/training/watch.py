"""Watching a user's own variables through a user's own training step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.gradient import Array

Read = Callable[[Any], Array]


def find_misses(
    step: Callable[[], object], changes: Sequence[Any], leaves: Sequence[Any], *, steps: int, read: Read | None
) -> list[str]:
    """Take some steps and describe every variable that did what it must not do.

    Args:
        step: Takes one step.
        changes: Variables that must move.
        leaves: Variables that must stay as they are, bit for bit.
        steps: How many steps to take.
        read: How a variable's value is read; by ``variable.numpy()`` if not given.

    Raises:
        UsageError: There is nothing to watch, a variable is in both lists, or ``steps`` is below 1.
    """
    if steps < 1:
        raise UsageError(f"steps must be at least 1; found {steps}")
    if not changes and not leaves:
        raise UsageError("changes and leaves are both empty: name the variables to watch")
    both = [_name(variable) for variable in changes if any(variable is other for other in leaves)]
    if both:
        raise UsageError(f"a variable cannot both change and be left as it was: {', '.join(both)}")
    watched = [*changes, *leaves]
    snapshots = [[_read(variable, read) for variable in watched]]
    for _ in range(steps):
        step()
        snapshots.append([_read(variable, read) for variable in watched])
    histories = [np.stack(values) for values in zip(*snapshots, strict=True)]
    kept = zip(watched[len(changes) :], histories[len(changes) :], strict=True)
    moved = zip(changes, histories, strict=False)
    return [*_still(moved), *_moved(kept)]


def _still(changes: Iterator[tuple[Any, Array]]) -> Iterator[str]:
    """Describe the variables that should have moved and did not."""
    for variable, values in changes:
        if np.array_equal(values[0], values[-1], equal_nan=True):
            yield _describe(variable, values, "a change", f"the same bits after {len(values) - 1} steps")


def _moved(leaves: Iterator[tuple[Any, Array]]) -> Iterator[str]:
    """Describe the variables that moved and should not have."""
    for variable, values in leaves:
        differs = (values != values[:1]) & ~(np.isnan(values) & np.isnan(values[:1]))
        if not differs.any():
            continue
        step = int(np.flatnonzero(differs.reshape(len(values), -1).any(axis=1))[0])
        distance = np.max(np.abs(values[step].astype(np.float64) - values[0]))
        count, size = int(differs[step].sum()), values[0].size
        found = f"moved by at most {distance:.4g} at step {step}; {count} of {size} elements"
        yield _describe(variable, values, "the same bits", found)


def _describe(variable: Any, values: Array, expected: str, found: str) -> str:
    return "\n".join(
        [
            f"{_name(variable)}",
            f"  expected   {expected}",
            f"  found      {found}",
            f"  where      {_name(variable)}, {values.dtype} {values.shape[1:]}",
        ]
    )


def _read(variable: Any, read: Read | None) -> Array:
    return np.array(read(variable) if read else variable.numpy())


def _name(variable: Any) -> str:
    return str(getattr(variable, "path", None) or getattr(variable, "name", variable)).partition(":")[0]
