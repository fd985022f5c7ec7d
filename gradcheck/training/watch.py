"""Watching a user's own variables through a user's own training step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.errors import UsageError, told
from gradcheck.gradient import Array

Read = Callable[[Any], Array]


@dataclass
class Motion:
    """What some steps did to a variable.

    Attributes:
        name: Its name.
        before: Its value before the first step.
        steps: How many steps were taken.
        step: The first step after which it was not what it had been, ``None`` if there is none.
        found: How it differed then, in a few words.
        ends: Whether it is another one now that all steps are taken.
    """

    name: str
    before: Array
    steps: int = 0
    step: int | None = None
    found: str = ""
    ends: bool = False

    def see(self, value: Array) -> None:
        """Compare the value after one more step."""
        self.steps += 1
        differs = _differs(self.before, value)
        self.ends = bool(differs.any())
        if self.ends and self.step is None:
            self.step = self.steps
            moved = _distance(self.before, value)
            self.found = f"{moved} at step {self.steps}; {int(differs.sum())} of {differs.size} elements"

    def stood_still(self) -> str:
        """Describe a variable that should have moved."""
        return self._describe("a change", f"the same bits after {self.steps} step{'s' * (self.steps > 1)}")

    def moved(self) -> str:
        """Describe a variable that should not have moved."""
        return self._describe("the same bits", self.found)

    def _describe(self, expected: str, found: str) -> str:
        return "\n".join(
            [
                self.name,
                f"  expected   {expected}",
                f"  found      {found}",
                f"  where      {self.name}, {self.before.dtype} {self.before.shape}",
            ]
        )


def watch(
    step: Callable[[], object],
    variables: Sequence[tuple[str, Any]],
    *,
    steps: int,
    read: Read | None = None,
    argument: str = "step",
) -> list[Motion]:
    """Take some steps and tell what they did to each variable, bit for bit.

    Args:
        step: Takes one step.
        variables: Names and variables.
        steps: How many steps to take.
        read: How a variable's value is read; by ``variable.numpy()`` if not given.
        argument: What the caller's argument for ``step`` is called in errors.

    Raises:
        UsageError: ``step`` is not callable or raises, or ``steps`` is no whole number from 1 on.
    """
    if not callable(step):
        raise UsageError(f"{argument} must be callable without arguments; found {step!r:.80}")
    _check_steps(steps)
    motions = [Motion(name, _read(variable, read)) for name, variable in variables]
    for count in range(1, steps + 1):
        try:
            step()
        except Exception as error:  # whatever a user's step raises, its user must learn what it was
            raise UsageError(f"{argument} raised {told(error, where=f' at step {count}')}") from error
        for motion, (_, variable) in zip(motions, variables, strict=True):
            motion.see(_read(variable, read))
    return motions


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
        UsageError: There is nothing to watch, a variable is in both lists, ``step`` raises, or ``steps``
            is below 1.
    """
    _check_steps(steps)
    if not changes and not leaves:
        raise UsageError("changes and leaves are both empty: name the variables to watch")
    both = [_name(variable) for variable in changes if any(variable is other for other in leaves)]
    if both:
        raise UsageError(f"a variable cannot both change and be left as it was: {', '.join(both)}")
    motions = watch(step, [(_name(variable), variable) for variable in [*changes, *leaves]], steps=steps, read=read)
    still = [motion.stood_still() for motion in motions[: len(changes)] if not motion.ends]
    return still + [motion.moved() for motion in motions[len(changes) :] if motion.step]


def _check_steps(steps: int) -> None:
    if not isinstance(steps, int) or steps < 1:
        raise UsageError(f"steps must be at least 1; found {steps}")


def _differs(before: Array, value: Array) -> Array:
    """Return which elements differ; NaN equals NaN, and -0 equals 0."""
    if before.shape != value.shape:
        return np.ones(1, bool)
    return np.asarray((before != value) & ~((before != before) & (value != value)))  # noqa: PLR0124  # any dtype's NaN


def _distance(before: Array, value: Array) -> str:
    if before.shape != value.shape or before.dtype.kind in "OSUb":
        return "changed"
    wide = np.complex128 if before.dtype.kind == "c" else np.float64
    with np.errstate(invalid="ignore"):
        distance = np.abs(value.astype(wide) - before.astype(wide))
    return f"moved by at most {np.max(distance):.4g}"


def _read(variable: Any, read: Read | None) -> Array:
    return np.array(read(variable) if read else variable.numpy())


def _name(variable: Any) -> str:
    return str(getattr(variable, "path", None) or getattr(variable, "name", variable)).partition(":")[0]
