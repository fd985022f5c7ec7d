"""``assert_baseline``: the gradients of a user's losses are what a committed file says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradcheck.baseline.case import Baseline
from gradcheck.baseline.compare import Change, Comparison, compare
from gradcheck.baseline.losses import capture, measure
from gradcheck.baseline.record import LOSSES
from gradcheck.baseline.store import load, save
from gradcheck.environment import describe_environment, describe_machine
from gradcheck.errors import LawBroken, UsageError
from gradcheck.report.baseline import describe_change, summary

_NAME = "losses"
_SHOWN = 5


def assert_baseline(path: Path, losses: Callable[..., Any], *args: Any, update: bool = False) -> Comparison | None:
    """Assert that gradients are what a baseline says, each loss by each variable, eagerly, compiled and by XLA.

    Inputs and weights are the recorded ones, whatever they are now, and variables get their own values back: a
    difference is one of code or of TensorFlow, not of an initialiser. Bits may differ where rounding explains it.

    Args:
        path: The baseline's file.
        losses: As `gradcheck.flow` takes them.
        args: What they are called with: tensors, arrays or structures of them.
        update: Whether to write the file instead.

    Returns:
        The comparison; ``None`` where the file was written.

    Raises:
        LawBroken: The file is missing, or a gradient, its presence, an error or the flow changed.
        UsageError: The losses cannot be traced, the file is none, or other inputs or variables were recorded.
    """
    if update:
        save(_record(losses, args), path)
        return None
    if not path.exists():
        raise LawBroken(f"there is no baseline {path}: write it with pytest --gradcheck-update, and commit it")
    before = load(path)
    if _NAME not in before.problems:
        raise UsageError(f"{path} is no baseline of a test's losses")
    names = [str(name) for name in before.problems[_NAME]["variables"]]
    cases = {case.name: case for case in measure(_NAME, losses, args, names, before.inputs[_NAME])}
    found = compare(before, Baseline(_environment(), before.problems, cases, before.inputs))
    changed = [change for change in found.worst(len(found.changes)) if change.kind.changed]
    if changed:
        raise LawBroken(_tell(path, found, changed))
    return found


def _record(losses: Callable[..., Any], args: tuple[Any, ...]) -> Baseline:
    names, arrays = capture(losses, args)
    problem = {"kind": LOSSES, "variables": names}
    cases = {case.name: case for case in measure(_NAME, losses, args, names, arrays)}
    return Baseline(_environment(), {_NAME: problem}, cases, {_NAME: arrays})


def _environment() -> dict[str, str]:
    return {**describe_environment(), **describe_machine()}


def _tell(path: Path, found: Comparison, changed: list[Change]) -> str:
    lines = [line for change in changed[:_SHOWN] for line in describe_change(change)]
    more = [f"and {len(changed) - _SHOWN} more"] if len(changed) > _SHOWN else []
    before, after = (environment.get("tensorflow") for environment in (found.before, found.after))
    again = "if the change is meant, write it anew with pytest --gradcheck-update"
    head = f"gradients are not what {path} says (TensorFlow {before} then, {after} now): {summary(found)}"
    return "\n".join([head, *lines, *more, again])
