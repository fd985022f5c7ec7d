"""Reach: which inputs of a graph each tensor depends on, and which get a gradient from it.

One pass over the operations carries two sets of inputs a tensor, as the bits of an integer, so that
all losses and all variables are answered together and the work is linear in the operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcheck.flow._tensorflow import LOOPS, NESTED, nested_graphs
from gradcheck.flow.edges import Gradients, reads_values

FuncGraph = Any
Operation = Any
Tensor = Any


@dataclass(frozen=True)
class Bits:
    """Two sets of a graph's inputs.

    Attributes:
        value: Those that the tensor's value depends on.
        gradient: Those of them that get a gradient from it.
    """

    value: int = 0
    gradient: int = 0

    def __or__(self, other: Bits) -> Bits:
        return Bits(self.value | other.value, self.gradient | other.gradient)


NOTHING = Bits()


@dataclass(frozen=True, eq=False)
class Reached:
    """A graph, and the bits of each of its tensors.

    Attributes:
        results: What the graph returned when it was analysed: taking gradients elsewhere may add to its outputs.
        bits: By operation and output.
        inner: The graphs of the functions that an operation calls, by its name.
    """

    graph: FuncGraph
    results: tuple[Tensor, ...]
    bits: dict[tuple[str, int], Bits]
    inner: dict[str, list[Reached]] = field(default_factory=dict)

    def of(self, tensor: Tensor) -> Bits:
        """Return the bits of a tensor."""
        return self.bits[tensor.op.name, tensor.value_index]

    def outputs(self) -> list[Bits]:
        """Return the bits of the graph's outputs."""
        return [self.of(tensor) for tensor in self.results]


class Analysis:
    """Analyses graphs, each nested function once."""

    def __init__(self) -> None:
        self.gradients = Gradients()
        self._done: dict[int, Reached] = {}

    def reach(self, graph: FuncGraph) -> Reached:
        """Carry the inputs' bits through all operations."""
        if id(graph) in self._done:
            return self._done[id(graph)]
        bits = {(t.op.name, t.value_index): Bits(1 << i, 1 << i) for i, t in enumerate(graph.inputs)}
        found = self._done[id(graph)] = Reached(graph, tuple(graph.outputs), bits)
        # Asking for gradients adds operations, which are none of the user's.
        for op in list(graph.get_operations()):
            if (op.name, 0) not in bits:
                for index, out in enumerate(self._through(op, found)):
                    bits[op.name, index] = out
        return found

    def through(self, op: Operation, reached: Reached, number: int) -> Sequence[Bits]:
        """Return what one input of a call alone passes to each output: bit 0 stands for it."""
        alone = [Bits(int(i == number), int(i == number)) for i in range(len(op.inputs))]
        inner = reached.inner[op.name]
        return _loop(inner[0], inner[1], alone) if op.type in LOOPS else _branch(op, inner, alone)

    def _through(self, op: Operation, reached: Reached) -> Sequence[Bits]:
        inputs = [reached.of(tensor) for tensor in op.inputs]
        if op.type in NESTED:
            inner = reached.inner[op.name] = [self.reach(graph) for graph in nested_graphs(op)]
            return _loop(inner[0], inner[1], inputs) if op.type in LOOPS else _branch(op, inner, inputs)
        if not reads_values(op) or not any(found.value for found in inputs):
            return [NOTHING] * len(op.outputs)
        value = 0
        for found in inputs:
            value |= found.value
        gradient = 0
        if any(found.gradient for found in inputs):
            for found, block in zip(inputs, self.gradients.blocks(op), strict=True):
                gradient |= 0 if block else found.gradient
        return [Bits(value, gradient)] * len(op.outputs)


def _loop(body: Reached, condition: Reached, inputs: list[Bits]) -> Sequence[Bits]:
    """Go round until nothing is added: what leaves an iteration enters the next one.

    What the condition reads decides how often the loop runs, and so what each iteration changes.
    """
    state, outs = inputs, body.outputs()
    while True:
        after = [old | _compose(out, state) for old, out in zip(state, outs, strict=True)]
        if after == state:
            break
        state = after
    decides = Bits(_compose(condition.outputs()[0], state).value)
    return [found if _is_kept(body, index) else found | decides for index, found in enumerate(state)]


def _is_kept(body: Reached, index: int) -> bool:
    """Whether a loop hands a tensor on as it is."""
    tensor, given = body.results[index], body.graph.inputs[index]
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return bool(tensor is given or tensor.name == given.name)


def _branch(op: Operation, inner: Sequence[Reached], inputs: Sequence[Bits]) -> Sequence[Bits]:
    """Join what leaves any of the functions; of several, the first input chooses."""
    chooses = op.type in ("If", "StatelessIf", "Case", "StatelessCase")
    passed = list(inputs[1:] if chooses else inputs)
    chosen = Bits(inputs[0].value) if chooses else NOTHING
    joined: list[Bits] = [chosen] * len(op.outputs)
    for function in inner:
        joined = [old | _compose(out, passed) for old, out in zip(joined, function.outputs(), strict=True)]
    return joined


def _compose(out: Bits, inputs: Sequence[Bits]) -> Bits:
    """Put the bits of a call's inputs where the function has its own."""
    value, gradient = 0, 0
    for index, found in enumerate(inputs):
        if out.value >> index & 1:
            value |= found.value
        if out.gradient >> index & 1:
            gradient |= found.gradient
    return Bits(value, gradient)
