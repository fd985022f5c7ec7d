"""Reach: which inputs of a graph each tensor depends on, and which get a gradient from it.

One pass over the operations carries two sets of inputs a tensor, as the bits of an integer, so that
all losses and all variables are answered together and the work is linear in the operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcheck.flow._tensorflow import BRANCHES, CASES, LOOPS, nested_graphs
from gradcheck.flow.edges import Gradients, Role, carries, count_read, holds

Graph = Any
Operation = Any
Tensor = Any

# Two sets of a graph's inputs: those that a tensor's value depends on, and those of them that get a gradient from it.
Bits = tuple[int, int]
NOTHING: Bits = (0, 0)


@dataclass(frozen=True, eq=False)
class Reached:
    """A graph, and the bits of each of its tensors.

    Attributes:
        roots: The tensors that each bit stands for: the inputs of a function's graph, or its variables.
        results: What the graph returned when it was analysed: taking gradients elsewhere may add to its outputs.
        bits: By the identity of a tensor; one that is missing depends on no root.
        inner: The graphs of the functions that an operation calls, by its name.
        writers: The operations that write what other roots decide into a resource, by the identity of its tensor.
        changed: Resources that anything is written into, by the identity of their tensors.
    """

    graph: Graph
    roots: tuple[Tensor, ...]
    results: tuple[Tensor, ...]
    bits: dict[int, Bits]
    inner: dict[str, list[Reached]] = field(default_factory=dict)
    writers: dict[int, list[Operation]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)

    def of(self, tensor: Tensor) -> Bits:
        """Return the bits of a tensor."""
        return self.bits.get(id(tensor), NOTHING)

    def outputs(self) -> list[Bits]:
        """Return the bits of the graph's outputs."""
        return [self.of(tensor) for tensor in self.results]

    def written(self) -> list[Bits]:
        """Return what each root holds when the graph has run: itself, and what was written into it."""
        return [self.of(tensor) for tensor in self.roots]


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
        alone = [(int(i == number), int(i == number)) for i in range(_skipped(op) + len(inner[0].roots))]
        return _through(op, inner, alone)

    def gave(self, op: Operation, reached: Reached, number: int) -> bool:
        """Whether a call had this input when it was analysed: taking gradients elsewhere adds some."""
        return number < _skipped(op) + len(reached.inner[op.name][0].roots)

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
        outputs, held = _through(op, inner, inputs)
        for out, found in zip(op.outputs, outputs, strict=True):
            reached.bits[id(out)] = found if carries(out) else (found[0], 0)
        for tensor, after, changed in zip(op.inputs, held, _changed(inputs, inner), strict=True):
            if changed:
                _write(op, after[0], tensor, reached)

    def _nested(self, graph: Graph, op: Operation) -> Reached:
        """Analyse a function as it is called: taking gradients elsewhere adds inputs and outputs to its graph."""
        inputs, outputs = graph.inputs[: len(op.inputs) - _skipped(op)], graph.outputs[: len(op.outputs)]
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


def _skipped(op: Operation) -> int:
    """Return how many of a call's inputs its functions do not get: the one that chooses among several."""
    return int(op.type in BRANCHES or op.type in CASES)


def _changed(inputs: Sequence[Bits], inner: Sequence[Reached]) -> list[bool]:
    """Return which inputs of a call are resources that a function writes into."""
    skipped = len(inputs) - len(inner[0].roots)
    return [False] * skipped + [
        any(id(root) in function.changed for function, root in zip(inner, roots, strict=True))
        for roots in zip(*(function.roots for function in inner), strict=True)
    ]


def _through(op: Operation, inner: Sequence[Reached], inputs: Sequence[Bits]) -> tuple[Sequence[Bits], Sequence[Bits]]:
    """Return the bits of a call's outputs, and what its inputs hold afterwards."""
    if op.type in LOOPS:
        return _loop(inner[0], inner[1], inputs)
    skipped = _skipped(op)
    passed = list(inputs[skipped:])
    # Of several functions, the first input chooses.
    chosen: Bits = (inputs[0][0], 0) if skipped else NOTHING
    outputs, held = [chosen] * len(inner[0].results), list(passed)
    for function in inner:
        outputs = [_union(old, _compose(out, passed)) for old, out in zip(outputs, function.outputs(), strict=True)]
        held = [_union(old, _compose(out, passed)) for old, out in zip(held, function.written(), strict=True)]
    held = [*inputs[:skipped], *held]
    rows = zip(held, _changed(inputs, inner), strict=True)
    return outputs, [_union(after, chosen) if changed else after for after, changed in rows]


def _loop(body: Reached, condition: Reached, inputs: Sequence[Bits]) -> tuple[Sequence[Bits], Sequence[Bits]]:
    """Go round until nothing is added: what leaves an iteration enters the next one.

    What the condition reads decides how often the loop runs, and so what each iteration changes.
    """
    state, outs, written = list(inputs), body.outputs(), body.written()
    while True:
        held = [_union(old, _value(_compose(out, state))) for old, out in zip(state, written, strict=True)]
        after = [_union(old, _compose(out, held)) for old, out in zip(held, outs, strict=True)]
        if after == state:
            break
        state = after
    decides = _value(_compose(condition.outputs()[0], state))
    left = [found if _is_kept(body, index) else _union(found, decides) for index, found in enumerate(state)]
    rows = zip(inputs, state, body.roots, strict=True)
    held = [_union(old, _value(_union(after, decides))) if id(r) in body.changed else old for old, after, r in rows]
    return left, held


def _is_kept(body: Reached, index: int) -> bool:
    """Whether a loop hands a tensor on as it is."""
    tensor, given = body.results[index], body.roots[index]
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return bool(tensor is given)


def _union(one: Bits, other: Bits) -> Bits:
    return one[0] | other[0], one[1] | other[1]


def _value(found: Bits) -> Bits:
    return found[0], 0


def _compose(out: Bits, inputs: Sequence[Bits]) -> Bits:
    """Put the bits of a call's inputs where the function has its own."""
    value, gradient = 0, 0
    for place in _places(out[0]):
        value |= inputs[place][0]
        if out[1] >> place & 1:
            gradient |= inputs[place][1]
    return value, gradient


def _places(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
