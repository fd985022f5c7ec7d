"""The picture of a graph: its operations from the embedding down, and the lanes on which gradients come back up."""

from __future__ import annotations

from collections.abc import Mapping

from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.objective import Expression
from gradcheck.proofs.walk import Picture, Row

_HEAD1 = {"trunk", "head1"}
_PARTS = {
    (1, Wiring.CHAINED): _HEAD1, (1, Wiring.STOPPED): _HEAD1, (1, Wiring.PARALLEL): _HEAD1,
    (2, Wiring.CHAINED): {*_HEAD1, "head2"}, (2, Wiring.STOPPED): {"head2"}, (2, Wiring.PARALLEL): {"trunk", "head2"},
}  # fmt: skip


def draw_picture(graph: TwoHeadGraph, losses: Mapping[str, Expression]) -> Picture:
    """Return the picture of a graph, with a lane for each loss.

    Args:
        losses: By name, such as ``{"loss1": loss1, "loss2": loss2}``; one may read both heads.
    """
    rows: list[Row] = []

    def add(
        label: str, part: str, parent: int, *, variables: tuple[str, ...] = (), lanes: Mapping[str, str] | None = None
    ) -> int:
        usual = {name: _lane(graph, formula, part) for name, formula in losses.items()}
        rows.append(Row(label, variables, parent, part, lanes or usual))
        return len(rows) - 1

    def run(block: str, parent: int) -> int:
        for path, layer in graph.block(block):
            parent = add(layer.name, block, parent, variables=tuple(f"{path}/{name}" for name in layer.parameters))
        return parent

    def lose(which: int, parent: int) -> None:
        name = f"loss{which}"
        lanes = {loss: "starts" if name in formula.live else "none" for loss, formula in losses.items()}
        add(f"{(graph.loss1, graph.loss2)[which - 1]} = {name}", f"head{which}", parent, lanes=lanes)

    trunk = run("trunk", add("embedding_lookup", "trunk", -1, variables=("embedding",)))
    end1 = run("head1", trunk)
    lose(1, end1)
    start = trunk if graph.wiring is Wiring.PARALLEL else end1
    if graph.wiring is Wiring.STOPPED:
        cut = {loss: "cut" if "loss2" in formula.live else "none" for loss, formula in losses.items()}
        start = add("stop_gradient", "head2", start, lanes=cut)
    lose(2, run("head2", start))
    return Picture(tuple(losses), tuple(rows))


def _lane(graph: TwoHeadGraph, formula: Expression, part: str) -> str:
    live = (which for which in (1, 2) if f"loss{which}" in formula.live)
    return "carries" if any(part in _PARTS[which, graph.wiring] for which in live) else "none"
