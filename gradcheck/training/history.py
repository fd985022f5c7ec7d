"""What happened to every variable and every slot while a model was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gradcheck.gradient import Array, Unconnected


@dataclass(frozen=True, eq=False)
class History:
    """The values before the steps and after each.

    Attributes:
        values: Every variable, ``[steps + 1, *shape]``.
        slots: What the optimizer keeps beside each variable, by variable and slot, of that shape.
        counters: What it keeps for all of them, by name, ``[steps + 1, *shape]``.
        gradients: What it was given for each variable, ``[steps, *shape]``; absent where nothing was given.
        warnings: What was warned of.
    """

    values: Mapping[str, Array]
    slots: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    counters: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, Array | Unconnected] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def slots_of(self, variable: str) -> dict[str, Array]:
        """Return the slots of one variable."""
        return {slot: value for (owner, slot), value in self.slots.items() if owner == variable}
