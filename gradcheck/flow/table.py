"""A flow's kinds as dictionaries that know where they come from, so that a failed comparison can say why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcheck.flow.result import Flow


class KindRow(dict[str, str]):
    """The kinds of one loss, by variable.

    Attributes:
        flow: The table it was taken from.
        loss: Name of the loss.
    """

    def __init__(self, flow: Flow, loss: str, kinds: Iterable[tuple[str, str]]) -> None:
        super().__init__(kinds)
        self.flow, self.loss = flow, loss

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy or a pickle is for keeping, and graphs can be neither copied nor stored.
        return dict, (dict(self),)


class KindTable(dict[str, dict[str, str]]):
    """The kinds of all losses, by loss and variable.

    Attributes:
        flow: The table it was taken from.
    """

    def __init__(self, flow: Flow) -> None:
        super().__init__({loss: KindRow(flow, loss, _kinds(flow, loss)) for loss in flow.losses})
        self.flow = flow

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def _kinds(flow: Flow, loss: str) -> Iterable[tuple[str, str]]:
    return ((name, flow.cells[loss, name].kind.value) for name in flow.variables)
