"""What is left out of every list stays as it was; what a list holds moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradcheck.gradient import Unconnected
from gradcheck.training.explain import explained
from gradcheck.training.judging import moved, still, told
from gradcheck.training.laws import REFERENCE, Training, register_step_law
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.routes import routes
from gradcheck.trial import Check


@register_step_law
class LeftOutIsUnchanged:
    """A restricted list leaves the embedding unchanged, as the seed's answer claims."""

    name = "unchanged"
    sentence = "A variable outside every list stays as it was, bit for bit; so do its slots, and it gains none."
    equation = "w not in var_list  =>  w[k] = w[0], slots(w)[k] = slots(w)[0]"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        history, own = training.history(), training.history(REFERENCE)
        for name in training.left_out:
            yield explained(
                still(f"{name} stays as it was", name, history.values[name]), training.optimizer, history, own
            )
            for slot, values in history.slots_of(name).items():
                check = still(f"slot {slot} of {name} stays as it was", name, values)
                yield explained(check, training.optimizer, history, own)
        # Keras makes all slots when it is built; TensorFlow 1 makes one where it is needed.
        if training.optimizer.api == "v1":
            yield from _gained(training)


@register_step_law
class ListedIsChanged:
    """Training trains."""

    name = "changed"
    sentence = "A variable in a list whose gradient is not zero moves."
    equation = "w in var_list and grad(loss, w) != 0  =>  w[k] != w[0]"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        history = training.history()
        for name in training.listed:
            gradient = history.gradients[name]
            given = not isinstance(gradient, Unconnected) and bool(np.any(gradient))
            yield moved(f"{name} moves", name, history.values[name], judged=given)


def _gained(training: Training) -> Iterator[Check]:
    """Train from the start, where no slot is there yet."""
    route = routes[training.route]
    slots = training.history(replace(route, name=f"{route.name} from the start", warm_up=0)).slots
    for name in training.left_out:
        gained = [slot for owner, slot in slots if owner == name]
        yield told(
            f"{name} gains no slot", name, expected="no slot", found=", ".join(gained) or "none", holds=not gained
        )
