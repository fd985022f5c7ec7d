"""A path as a person reads it: the lines of code that it runs through, and where it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.flow.paths import Step


@dataclass(frozen=True)
class Stage:
    """Operations in a row that one line of code made, or one operation that cuts the path.

    Attributes:
        kinds: Their types, in order.
        file, line, source: The line of code; empty and 0 where a library made them.
        block: Why no gradient passes, ``None`` where one does.
    """

    kinds: tuple[str, ...]
    file: str
    line: int
    source: str
    block: str | None


def stages(path: Sequence[Step]) -> list[Stage]:
    """Join the steps of a path that come from the same line; a cut stands alone."""
    found: list[Stage] = []
    for step in path:
        last = found[-1] if found else None
        joins = last and not last.block and not step.block and (last.file, last.line) == (step.file, step.line)
        kinds = (*last.kinds, step.kind) if last and joins else (step.kind,)
        if joins:
            found.pop()
        found.append(Stage(kinds, step.file, step.line, step.source, step.block))
    return found


def short(kinds: Sequence[str], *, most: int = 4) -> str:
    """Name operations in a row, leaving out the middle of a long one."""
    if len(kinds) <= most:
        return ", ".join(kinds)
    return f"{', '.join(kinds[: most - 1])}, … {len(kinds) - most} more …, {kinds[-1]}"
