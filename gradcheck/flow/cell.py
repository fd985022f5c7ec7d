"""A cell of a flow: what one loss is to one variable, by the structure and by the tape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any

from gradcheck.flow.paths import Step, find_path
from gradcheck.flow.reach import Analysis
from gradcheck.flow.reached import Reached


class Kind(str, Enum):
    """What is known of a loss and a variable, by the structure of the graph."""

    CONNECTED = "connected"  # a gradient flows
    BLOCKED = "blocked"  # the loss depends on the variable, but no gradient flows
    INDEPENDENT = "independent"  # the loss cannot depend on the variable
    UNUSED = "unused"  # no loss reads the variable


@dataclass(frozen=True, eq=False)
class Cell:
    """One loss and one variable.

    Attributes:
        kind: What is known.
        norms: The norm of the gradient wherever it was measured, ``None`` where the tape gave none.
        failure: What the tape raised instead of giving a gradient, empty if nothing.
    """

    loss: str
    variable: str
    kind: Kind
    _analysis: Analysis = field(repr=False)
    _reached: Reached = field(repr=False)
    _ends: tuple[Any, int] | None = field(default=None, repr=False)
    norms: tuple[float | None, ...] = ()
    failure: str = ""

    @property
    def dead(self) -> bool:
        """Whether a connected cell's gradient was exactly zero wherever it was measured."""
        return self.kind is Kind.CONNECTED and bool(self.norms) and all(norm == 0 for norm in self.norms)

    @property
    def disagreement(self) -> str | None:
        """What the tape gave that the structure rules out, ``None`` where they agree."""
        given = [norm for norm in self.norms if norm is not None]
        if self.kind is Kind.CONNECTED:
            found = f"raises {self.failure}" if self.failure else "gives None"
            return f"the structure says connected, and the tape {found}" if len(given) < len(self.norms) else None
        if not given:
            return None
        if any(given):
            return f"the structure says {self.kind.value}, and the tape gives a gradient of norm {max(given):.4g}"
        if self.kind is Kind.BLOCKED:
            return None  # where the tape runs through a flat derivative, it multiplies by zero
        return f"the structure says {self.kind.value}, and the tape gives zeros, not None"

    @cached_property
    def path(self) -> Sequence[Step]:
        """The operations from the variable to the loss, where there are any; found when first asked for."""
        if self._ends is None or self.kind in (Kind.INDEPENDENT, Kind.UNUSED):
            return ()
        return tuple(find_path(self._analysis, self._reached, *self._ends))

    @property
    def cuts(self) -> Sequence[Step]:
        """The operations that cut a blocked cell's path; of several in a row the first, seen from the variable."""
        if self.kind is not Kind.BLOCKED:
            return ()
        before = (None, *(step.block for step in self.path))
        return tuple(step for step, earlier in zip(self.path, before, strict=False) if step.block and not earlier)

    def measured(self, found: float | str | None) -> Cell:
        """Return the cell with one more measurement: a norm, no gradient, or why the tape failed."""
        if isinstance(found, str):
            return replace(self, norms=(*self.norms, None), failure=found)
        return replace(self, norms=(*self.norms, found))
