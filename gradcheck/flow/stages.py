"""A path as a person reads it: the lines of code that it runs through, and where it is cut."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradcheck.flow.paths import Step


@dataclass(frozen=True)
class Stage:
    """Operations in a row that one line of code made, or one operation that cuts the path.

    Attributes:
        kinds: Their types, in order.
        file, line, source: The line of code; empty and 0 where a library made them.
        block: Why no gradient passes, ``None`` where one does.
        scope: Of an operation that cuts, the scope of the Keras layer that made it; empty if none did.
    """

    kinds: tuple[str, ...]
    file: str
    line: int
    source: str
    block: str | None
    scope: str = ""

    @property
    def title(self) -> str:
        """The operations, and the layer of one that cuts."""
        return f"{short(self.kinds)} in {self.scope}" if self.scope else short(self.kinds)

    @property
    def place(self) -> str:
        """The line of code, with its file and number."""
        return f"{self.file}:{self.line}  {self.source}" if self.file else "made by a library"


def stages(path: Sequence[Step]) -> list[Stage]:
    """Join the steps of a path that come from the same line; a cut stands alone."""
    found: list[Stage] = []
    for step in (replace(step, file=shorten(step.file)) for step in path):
        last = found[-1] if found else None
        joins = last and not last.block and not step.block and (last.file, last.line) == (step.file, step.line)
        kinds = (*last.kinds, step.kind) if last and joins else (step.kind,)
        if joins:
            found.pop()
        found.append(Stage(kinds, step.file, step.line, step.source, step.block, step.scope if step.block else ""))
    return found


def short(kinds: Sequence[str], *, most: int = 4) -> str:
    """Name operations in a row, leaving out the middle of a long one."""
    if len(kinds) <= most:
        return ", ".join(kinds)
    return f"{', '.join(kinds[: most - 1])}, … {len(kinds) - most} more …, {kinds[-1]}"


def shorten(file: str) -> str:
    """Return a file relative to the current folder where it lies inside, so that a stored flow fits any clone.

    A cell of a notebook is named as IPython names it, ``In[3]``: its file is a temporary one.
    """
    if file and (cell := _cell(file)):
        return cell
    if not file or not Path(file).is_relative_to(Path.cwd()):
        return file
    return os.path.relpath(file)


def _cell(file: str) -> str | None:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    named = shell.compile.format_code_name(file) if shell else None
    return str(named[1]) if named else None
