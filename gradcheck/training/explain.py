"""Saying which variable moved, by how much, at which step, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gradcheck.explain import Explanation, explain
from gradcheck.gradient import Array, Unconnected
from gradcheck.training.history import History
from gradcheck.training.optimizers import Optimizer
from gradcheck.trial import Check


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
    why = _why(optimizer, history, own, check.variable, step)
    return replace(check, explanation=Explanation(plain.expected, (*plain.found, moved, why)))


def _moved(history: History, name: str, step: int) -> str:
    values = history.values[name].astype(np.float64)
    distance = _largest(values[step + 1] - values[step])
    return f"moved by at most {distance:.4g}" if distance else "did not move"


def _why(optimizer: Optimizer, history: History, own: History, name: str, step: int) -> str:
    """Return why a variable moved: a gradient, or what moves it without one."""
    gradient, expected = history.gradients[name], own.gradients[name]
    if isinstance(gradient, Unconnected):
        return "no gradient was given for it: the optimizer moves it by itself"
    if not np.any(gradient[step]):
        return f"its gradient was zero, but {_carried(optimizer, history, name, step)}"
    if isinstance(expected, Unconnected):
        return f"a gradient was given for it, largest entry {_largest(gradient[step]):.4g}: the list is too wide"
    if np.array_equal(expected[0], gradient[0]):
        return "its gradient was its own loss's: the optimizer makes the difference"
    leaked = _largest(gradient[0].astype(np.float64) - expected[0])
    return f"leak: the other loss adds up to {leaked:.4g} to its gradient of up to {_largest(expected[0]):.4g}"


def _carried(optimizer: Optimizer, history: History, name: str, step: int) -> str:
    """Return what moves a variable whose gradient is zero."""
    causes = [f"momentum ({slot})" for slot, values in history.slots_of(name).items() if np.any(values[step])]
    if getattr(optimizer.make(), "weight_decay", None):
        causes.append("weight decay")
    return " and ".join(causes) + " carried it on" if causes else "nothing that gradcheck knows of moved it"


def _largest(values: Array) -> float:
    return float(np.max(np.abs(values), initial=0.0))
