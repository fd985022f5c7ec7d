"""The chain rule written out for a two-head graph: one line for each tensor, forward and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.proofs.formula import Formula, Looked, Name, Number, Partial, Scattered, Summed, Value, Values, exactly
from gradcheck.proofs.rules import LAYERS, LOSSES

LOSS = {1: Name("loss1", "L", "1"), 2: Name("loss2", "L", "2")}
EXAMPLES = {1: Name("losses1", "ℓ", "1"), 2: Name("losses2", "ℓ", "2")}
LABELS = {1: Name("labels1", "T", "1"), 2: Name("labels2", "T", "2")}
TABLE, IDS, READ = Name("embedding", "E"), Name("ids", "ids"), Name("lookup", "X")
ONE = Number(1)

_LETTERS = {
    ("trunk", "kernel"): "V", ("trunk", "bias"): "a", ("trunk", ""): "H",
    ("head", "kernel"): "W", ("head", "bias"): "b", ("head", ""): "Y",
}  # fmt: skip

# The blocks that loss2's cotangent runs back through, in its order.
_BACK = {
    Wiring.CHAINED: ("head2", "head1", "trunk"), Wiring.STOPPED: ("head2",), Wiring.PARALLEL: ("head2", "trunk"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One equation of a derivation: what is on the left is defined by the formula on the right.

    Attributes:
        left: The name of a tensor, or a gradient.
        right: The formula.
        why: Which rule gives it, in a few words.
        concludes: Whether it is what the proof claims.
        reason: Whether it shows why the claim falls.
    """

    left: Name | Partial
    right: Formula
    why: str
    concludes: bool = False
    reason: bool = False

    @property
    def text(self) -> str:
        """The equation in one line."""
        return f"{self.left.text()} = {self.right.text()}"

    @property
    def mathml(self) -> str:
        """The equation as presentation MathML."""
        return f"<mrow>{self.left.mathml()}<mo>=</mo>{self.right.mathml()}</mrow>"


@dataclass(frozen=True)
class Algebra:
    """The names of a graph's tensors, and its lines.

    Args:
        graph: Of layers and losses that have rules.
        batch: Size of the batch, by which a mean divides.
    """

    graph: TwoHeadGraph
    batch: int = 1

    def name(self, key: str) -> Name:
        """Return the name of a variable or of a layer's output, by its path, as formulas write it."""
        if key in ("embedding", "lookup"):
            return TABLE if key == "embedding" else READ
        block, number, *parameter = key.split("/")
        count = len(getattr(self.graph, block))
        head = block.startswith("head")
        letter = _LETTERS["head" if head else "trunk", parameter[0] if parameter else ""]
        place = str(int(number) + 1) if count > 1 else ""
        if head:
            last = not parameter and int(number) + 1 == count
            return Name(key, letter, block[-1] + ("" if last else place))
        return Name(key, letter, place)

    def output(self, block: str) -> Name:
        """Return the name of what a block gives: of what it reads, where it has no layers."""
        if count := len(getattr(self.graph, block)):
            return self.name(f"{block}/{count - 1}")
        return READ if block == "trunk" else self.read(block)

    def read(self, block: str) -> Name:
        """Return the name of what a block reads."""
        if block == "trunk":
            return READ
        chained = block == "head2" and self.graph.wiring is not Wiring.PARALLEL
        return self.output("head1" if chained else "trunk")

    # --- forward ---------------------------------------------------------------------------

    def forward(self) -> list[Line]:
        """Return the lines of the forward pass."""
        lines = [Line(READ, Looked(TABLE, IDS), "rows of the embedding")]
        for block in ("trunk", "head1", "head2"):
            x = self.read(block)
            for path, layer in self.graph.block(block):
                y = self.name(path)
                lines.append(Line(y, LAYERS[layer.name].forward(x, self._parameters(path)), f"{path}, {layer.name}"))
                x = y
        return [*lines, *self.losses(1), *self.losses(2)]

    def losses(self, which: int) -> list[Line]:
        """Return the lines of a loss: one value an example, and what the graph makes of them."""
        loss = self.graph.loss_functions[which - 1]
        examples = LOSSES[loss.name].forward(self.output(f"head{which}"), LABELS[which])
        reduced: Formula = EXAMPLES[which]
        if self.graph.reduction != "none":
            reduced = Summed(reduced, 0, "i")
        if self.graph.reduction == "mean":
            reduced = self.share * reduced
        words = {"none": "not reduced", "sum": "summed over the batch", "mean": "averaged over the batch"}
        return [
            Line(EXAMPLES[which], examples, f"{loss.name}, one value an example"),
            Line(LOSS[which], reduced, words[self.graph.reduction]),
        ]

    @property
    def share(self) -> Number:
        """What a mean weighs each example by."""
        return ONE if self.batch == 1 else Number(Fraction(1, self.batch))

    # --- back ------------------------------------------------------------------------------

    def backward(self, of: Name, which: int, cotangent: Formula | None = None) -> list[Line]:
        """Return the lines of a backward pass from one loss: every cotangent and every gradient.

        Args:
            of: What is differentiated, as formulas write it.
            which: From which loss the pass starts.
            cotangent: That of the loss's examples; what the graph's reduction gives if none.
        """
        if cotangent is None:
            cotangent = self.share if self.graph.reduction == "mean" else ONE
        loss = self.graph.loss_functions[which - 1]
        y = self.output(f"head{which}")
        slope = LOSSES[loss.name].slope(y, LABELS[which])
        start = slope if cotangent == ONE else cotangent * slope
        lines = [Line(Partial(of, y), start, f"{loss.name} by its outputs")]
        for block in self._blocks(which):
            lines += self._back_through(of, block)
        if self.graph.wiring is Wiring.STOPPED and which == 2:
            return lines
        return [*lines, Line(Partial(of, TABLE), Scattered(Partial(of, READ), IDS, TABLE), "each row read adds up")]

    def _blocks(self, which: int) -> Sequence[str]:
        """Return the blocks that a loss's cotangent runs back through, in its order."""
        if which == 1:
            return ("head1", "trunk")
        return _BACK[self.graph.wiring]

    def _back_through(self, of: Name, block: str) -> list[Line]:
        lines = []
        for number, (path, layer) in reversed(list(enumerate(self.graph.block(block)))):
            rule, parameters = LAYERS[layer.name], self._parameters(path)
            x = self.name(f"{block}/{number - 1}") if number else self.read(block)
            dy = Partial(of, self.name(path))
            for name, gradient in rule.to_parameter.items():
                lines.append(Line(Partial(of, parameters[name]), gradient(dy, x, parameters), f"{path}, its {name}"))
            if not (number == 0 and block == "head2" and self.graph.wiring is Wiring.STOPPED):
                lines.append(Line(Partial(of, x), rule.to_input(dy, x, parameters), f"{path}, its input"))
        return lines

    def _parameters(self, path: str) -> dict[str, Name]:
        layer = dict(self.graph.all_layers())[path]
        return {name: self.name(f"{path}/{name}") for name in layer.parameters}


def needed(lines: Sequence[Line], wanted: Iterable[str]) -> list[Line]:
    """Return the lines that some of the names depend on, in their order."""
    keys, kept = set(wanted), []
    for line in reversed(lines):
        if line.left.key in keys:
            keys |= line.right.names
            kept.append(line)
    return kept[::-1]


def work_out(lines: Iterable[Line], given: Values) -> dict[str, Value]:
    """Return every value of a derivation, line after line, in the arithmetic of what is given."""
    values = dict(given)
    for line in lines:
        values[line.left.key] = line.right.evaluate(values)
    return values


def given_at(values: Mapping[str, Array]) -> dict[str, Value]:
    """Return a point's values as whole numbers and fractions."""
    return {name: exactly(value) for name, value in values.items()}
