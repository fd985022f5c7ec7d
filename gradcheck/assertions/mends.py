"""What would make a cell of a flow what it was expected to be: one sentence for each cause."""

from __future__ import annotations

from dataclasses import dataclass

from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.paths import Step


@dataclass(frozen=True)
class Mend:
    """What lets a gradient pass where it is cut.

    Attributes:
        text: What to do.
        kinds: The types of the operations that it is for.
        block: Part of the reason that it is for, where the type does not tell.
    """

    text: str
    kinds: frozenset[str] = frozenset()
    block: str | None = None

    def fits(self, cut: Step) -> bool:
        """Whether this is what to do about a cut."""
        return cut.kind in self.kinds or (self.block is not None and self.block in (cut.block or ""))


# The first that fits is told.
CUTS = (
    Mend(
        "take tf.stop_gradient away where this loss is meant to train the variable",
        frozenset({"StopGradient", "PreventGradient"}),
    ),
    Mend(
        "use a straight-through estimator, x + tf.stop_gradient(tf.round(x) - x)",
        frozenset({"Round", "Rint", "Floor", "Ceil", "Sign", "FloorDiv", "FakeQuantWithMinMaxArgs"}),
    ),
    Mend(
        "choose softly, by weights from tf.nn.softmax, instead of by the place of the largest entry",
        frozenset({"ArgMax", "ArgMin", "TopKV2", "InTopKV2", "Multinomial"}),
    ),
    Mend(
        "compare smoothly, as tf.sigmoid(k * (x - y)) does: true and false have no derivative",
        frozenset({"Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "ApproximateEqual"}),
    ),
    Mend(
        "write it with TensorFlow's own operations, or give it a gradient with tf.custom_gradient",
        frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"}),
    ),
    Mend("make the variable floating-point: whole numbers have no gradient", frozenset({"ReadVariableOp"})),
    Mend("let the custom gradient return a gradient, not None", block="its custom gradient returns None"),
    Mend("stay in floating point: whole numbers and truth values have no derivative", block="whole numbers"),
)
_REPLACE = "replace the operation marked x by one that has a gradient, or give it one with tf.custom_gradient"

# By what was expected and what was found; None stands for any other expectation.
_KINDS = {
    (None, Kind.CONNECTED): "put tf.stop_gradient between {variable} and {loss}; leaving the variable out of an "
    "optimizer's list does not cut the path",
    (Kind.CONNECTED, Kind.INDEPENDENT): "compute {loss} from {variable}: nothing of it depends on the variable",
    (Kind.CONNECTED, Kind.UNUSED): "let {loss} read {variable}: perhaps the model uses another copy, or its layer is "
    "never called",
    (Kind.INDEPENDENT, Kind.BLOCKED): "no gradient flows, but the value of {loss} depends on {variable}: compute it "
    "without, or expect blocked",
    (Kind.INDEPENDENT, Kind.UNUSED): "no loss at all reads {variable}: let the others read it, or expect unused",
    (
        Kind.BLOCKED,
        Kind.INDEPENDENT,
    ): "{loss} no longer depends on {variable}: let it read the variable through the cut, or expect independent",
    (
        Kind.BLOCKED,
        Kind.UNUSED,
    ): "no loss reads {variable} at all: let {loss} read it through the cut, or expect unused",
    (Kind.UNUSED, Kind.BLOCKED): "{loss} reads {variable}, behind a cut: compute it without, or expect blocked",
    (Kind.UNUSED, Kind.INDEPENDENT): "another loss reads {variable}: compute that without, or expect independent",
}


def find_mend(cell: Cell, expected: Kind) -> str:
    """Return what would make a cell what was expected of it."""
    if expected is Kind.CONNECTED and cell.kind is Kind.BLOCKED:
        return "; ".join(dict.fromkeys(_of_cut(cut) for cut in cell.cuts))
    text = _KINDS.get((expected, cell.kind)) or _KINDS[None, cell.kind]
    return text.format(loss=cell.loss, variable=cell.variable)


def _of_cut(cut: Step) -> str:
    return next((mend.text for mend in CUTS if mend.fits(cut)), _REPLACE)
