"""Reach: which inputs of a graph each tensor depends on, and which get a gradient from it.

One pass over the operations carries two sets of inputs a tensor, as the bits of an integer, so that
all losses and all variables are answered together and the work is linear in the operations.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcheck.flow._tensorflow import nested_graphs
from gradcheck.flow.compose import count_skipped, find_changed, through
from gradcheck.flow.edges import Gradients, Role, carries, count_read, holds
from gradcheck.flow.reached import NOTHING, Bits, Graph, Operation, Reached, Tensor


class Analysis:
    """Analyses graphs, each nested function once."""

    def __init__(self) -> None:
        self.gradients = Gradients()
        self._done: dict[tuple[int, int, int], Reached] = {}

    def reach(self, graph: Graph, roots: Sequence[Tensor], results: Sequence[Tensor]) -> Reached:
        """Carry the roots' bits through all operations."""
        bits = {id(tensor): (1 << i, (1 << i) * carries(tensor)) for i, tensor in enumerate(roots)}
        found = Reached(graph, tuple(roots), tuple(results), bits)
        # Asking for gradients adds operations, which are none of the user's.
        operations = list(graph.get_operations())
        if self._carry(operations, found):
            before: dict[int, Bits] = {}
            while before != bits:  # the loops of TensorFlow 1 are rounds in the graph itself
                before = dict(bits)
                self._carry(operations, found)
        return found

    def through(self, op: Operation, reached: Reached, number: int) -> tuple[Sequence[Bits], Sequence[Bits]]:
        """Return what one input of a call alone passes to each output, and into each input: bit 0 stands for it."""
        inner = reached.inner[op.name]
        alone = [(int(i == number), int(i == number)) for i in range(count_skipped(op) + len(inner[0].roots))]
        return through(op, inner, alone)

    def took(self, op: Operation, reached: Reached, number: int) -> bool:
        """Whether a call took this input when it was analysed: taking gradients elsewhere adds some."""
        return number < count_skipped(op) + len(reached.inner[op.name][0].roots)

    def _carry(self, operations: Sequence[Operation], reached: Reached) -> bool:
        """Go through the operations once, and tell whether control flow of TensorFlow 1 was among them."""
        bits, roles, mask, rounds = reached.bits, self.gradients.role, self.gradients.mask, False
        for op in operations:
            value = gradient = wanted = 0
            for place, tensor in enumerate(op.inputs):
                found = bits.get(id(tensor))
                if found is not None:
                    value |= found[0]
                    if found[1]:
                        gradient |= found[1]
                        wanted |= 1 << place
            if not value:
                continue
            kind = op.type
            role = roles(op, kind)
            if role is Role.SHAPE:
                continue
            if role is Role.CALLS:
                self._call(op, reached)
                continue
            if role is Role.PARTIAL:
                value, gradient, wanted = _of_first(op, bits, count_read(op))
            if wanted and (passing := mask(op, kind, wanted)) != wanted:
                gradient = _join(op, bits, passing)
            for out in op.outputs:
                bits[id(out)] = (value, gradient if gradient and carries(out) else 0)
            if role is Role.WRITES:
                for tensor in filter(holds, op.inputs):
                    _write(op, value, tensor, reached)
            rounds |= role is Role.HANDS_ON
        return rounds

    def _call(self, op: Operation, reached: Reached) -> None:
        """Carry bits through functions that an operation calls, and into what these write."""
        inputs = [reached.of(tensor) for tensor in op.inputs]
        inner = reached.inner[op.name] = [self._nested(graph, op) for graph in nested_graphs(op)]
        outputs, held = through(op, inner, inputs)
        for out, found in zip(op.outputs, outputs, strict=True):
            reached.bits[id(out)] = found if carries(out) else (found[0], 0)
        for tensor, after, changed in zip(op.inputs, held, find_changed(inputs, inner), strict=True):
            if changed:
                _write(op, after[0], tensor, reached)

    def _nested(self, graph: Graph, op: Operation) -> Reached:
        """Analyse a function as it is called: taking gradients elsewhere adds inputs and outputs to its graph."""
        inputs, outputs = graph.inputs[: len(op.inputs) - count_skipped(op)], graph.outputs[: len(op.outputs)]
        key = id(graph), len(inputs), len(outputs)
        if key not in self._done:
            self._done[key] = self.reach(graph, inputs, outputs)
        return self._done[key]


def _of_first(op: Operation, bits: dict[int, Bits], count: int) -> tuple[int, int, int]:
    """Return the value and gradient bits of an operation's first inputs, and which of them have a gradient."""
    value = gradient = wanted = 0
    for place, tensor in enumerate(op.inputs[:count]):
        found = bits.get(id(tensor), NOTHING)
        value, gradient, wanted = value | found[0], gradient | found[1], wanted | bool(found[1]) << place
    return value, gradient, wanted


def _join(op: Operation, bits: dict[int, Bits], passing: int) -> int:
    """Return the gradient bits of the inputs that pass."""
    gradient = 0
    for place, tensor in enumerate(op.inputs):
        if passing >> place & 1:
            gradient |= bits.get(id(tensor), NOTHING)[1]
    return gradient


def _write(op: Operation, value: int, resource: Tensor, reached: Reached) -> None:
    """Let a resource hold what was written into it: whoever reads it later depends on it, without a gradient."""
    reached.changed.add(id(resource))
    before = reached.of(resource)
    if value & ~before[0]:
        reached.bits[id(resource)] = (before[0] | value, before[1])
        reached.writers.setdefault(id(resource), []).append(op)
