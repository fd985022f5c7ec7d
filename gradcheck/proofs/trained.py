"""Steps of training for proofs: optimizers whose arithmetic can be followed by hand, and what they did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.experiment import EPSILON, RATE, adam_by_hand
from gradcheck.gradient import Unconnected
from gradcheck.proofs.case import same
from gradcheck.proofs.formula import Value, exactly
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.walk import Fact
from gradcheck.training.history import History
from gradcheck.training.judging import still
from gradcheck.training.laws import Training
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.routes import Route, routes
from gradcheck.trial import Check

BY = "training"


def adam() -> Optimizer:
    """Return the seed's optimizer."""
    return Optimizer("v1.Adam", "v1", tf.compat.v1.train.AdamOptimizer, {"learning_rate": float(RATE)})


def sgd(**options: Any) -> Optimizer:
    """Return Keras's SGD with a learning rate of 1/2, and powers of two for what else it is given."""
    return Optimizer("keras.SGD", "keras", tf.keras.optimizers.SGD, {"learning_rate": 0.5, **options})


def training(setting: Setting, optimizer: Optimizer) -> Training:
    """Return the training of a setting's graph, eagerly."""
    return Training(setting.graph, setting.point, optimizer, "eager")


def from_start(name: str, *, warm_up: int = 0) -> Route:
    """Return a route that trains without warming up first, or after so many steps."""
    return replace(routes[name], warm_up=warm_up)


def stands_still(history: History, variable: str) -> Iterator[Check]:
    """Demand that a variable and all that an optimizer keeps beside it never change."""
    yield still(f"{variable} stays as it was, bit for bit", variable, history.values[variable])
    for slot, values in history.slots_of(variable).items():
        yield still(f"slot {slot} of {variable} stays as it was", variable, values)


def applied(history: History, variable: str, expected: Value, words: str) -> Fact:
    """Demand that the first gradient applied to a variable is, bit for bit, one that was derived: why it moves."""
    given = history.gradients[variable]
    holds = not isinstance(given, Unconnected) and same(exactly(given[0]), expected)
    found = "bit for bit" if holds else "none" if isinstance(given, Unconnected) else "another"
    return Fact(f"what is first applied to {variable} is {words}", found, holds, BY, reason=True)


def by_adam(history: History, variable: str, *, reason: bool = False) -> Fact:
    """Hold a variable's moves against Adam's formula, within what rounding may do."""
    gradients, values = history.gradients[variable], history.values[variable]
    statement = f"Adam moves {variable} by its formula"
    if isinstance(gradients, Unconnected):
        return Fact(statement, "no gradient was applied", False, BY, reason=reason)
    moves, allowed = adam_by_hand(gradients, values[1:])
    apart = np.abs(np.diff(values.astype(np.float64), axis=0) - moves)
    # An entry without a gradient, and at zero, must not move at all.
    worst = float(np.max(apart / np.maximum(allowed, np.finfo(np.float64).tiny), initial=0.0))
    sizes = np.abs(moves[0][np.abs(gradients[0]) >= 1])
    span = f"at step 1 by {sizes.min():.8f} to {sizes.max():.8f} where |g| is 1 or more" if sizes.size else "it moves"
    return Fact(statement, f"{span}; {worst:.2g} of what rounding may do", bool(worst <= 1), BY, reason=reason)


def first_step(gradient: float) -> float:
    """Return how far Adam's first step moves an entry: ``rate * g / (|g| + epsilon / sqrt(1 - beta2))``."""
    return float(RATE) * gradient / (abs(gradient) + float(EPSILON) / float(np.sqrt(0.001)))
