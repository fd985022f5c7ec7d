"""Saying which variable moved, by how much, at which step, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gradcheck.explain import Explanation, explain
from gradcheck.gradient import Array, Unconnected
from gradcheck.training.history import History
from gradcheck.training.optimizers import Optimizer
from gradcheck.trial import Check


@dataclass(frozen=True)
class Cause:
    """Why a variable is not what it should be.

    Attributes:
        kind: In a few words, the same for all that have it.
        detail: With names and figures.
    """

    kind: str
    detail: str


def explained(check: Check, optimizer: Optimizer, history: History, own: History) -> Check:
    """Add the cause to a broken check, where the history tells it.

    Args:
        history: What happened.
        own: What happens where each head's variables are given their own loss's gradient alone.
    """
    if not check.comparison.broken.any():
        return check
    step = int(np.flatnonzero(check.comparison.broken)[0])
    plain = explain(check.comparison, step)
    moved = f"at step {step + 1}, {check.variable} {_moved(history, check.variable, step)}"
    cause = find_cause(optimizer, history, own, check.variable, step)
    return replace(check, explanation=Explanation(plain.expected, (*plain.found, moved, cause.detail)))


def _moved(history: History, name: str, step: int) -> str:
    values = history.values[name].astype(np.float64)
    distance = _largest(values[step + 1] - values[step])
    return f"moved by at most {distance:.4g}" if distance else "did not move"


def find_cause(optimizer: Optimizer, history: History, own: History, name: str, step: int) -> Cause:
    """Return why a variable moved as it did: what was given for it, or what moves it without that."""
    gradient, expected = history.gradients[name], own.gradients[name]
    if isinstance(gradient, Unconnected):
        return Cause("moved without a gradient", "no gradient was given for it: the optimizer moves it by itself")
    if isinstance(expected, Unconnected) and not np.any(gradient[step]):
        return _carried(optimizer, history, name, step)
    if isinstance(expected, Unconnected):
        largest = _largest(gradient[step])
        return Cause(
            "a list too wide: it holds a shared variable",
            f"the list is too wide: its gradient, up to {largest:.4g}, was applied",
        )
    if np.array_equal(expected[0], gradient[0]):
        return Cause("the optimizer", "its gradient was its own loss's: the optimizer makes the difference")
    leaked, whole = _largest(gradient[0].astype(np.float64) - expected[0]), _largest(expected[0])
    return Cause(
        "a leak: the other loss adds to a head's gradient",
        f"leak: the other loss adds up to {leaked:.4g} to its gradient of up to {whole:.4g}",
    )


def _carried(optimizer: Optimizer, history: History, name: str, step: int) -> Cause:
    """Return what moves a variable whose gradient is zero."""
    slots = [slot for slot, values in history.slots_of(name).items() if np.any(values[step])]
    if not np.any(history.values[name][step + 1] != history.values[name][step]):
        return Cause(
            "a zero gradient, by which averages decay",
            f"its gradient was zero, which its averages decay by ({', '.join(slots)})",
        )
    carried = "accumulated gradients" if "gradient_accumulation_steps" in optimizer.options else "momentum"
    causes = [*([carried] if slots else []), *(["weight decay"] if _decays(optimizer) else [])]
    kind = " and ".join(causes) or "nothing known"
    kept = f" ({', '.join(slots)} not zero)" if slots else ""
    return Cause(
        f"a zero gradient, but {kind} moves the variable", f"its gradient was zero, but {kind} carried it on{kept}"
    )


def _decays(optimizer: Optimizer) -> bool:
    return bool(getattr(optimizer.make(), "weight_decay", None))


def _largest(values: Array) -> float:
    return float(np.max(np.abs(values), initial=0.0))
