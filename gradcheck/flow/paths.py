"""The way a value takes from a variable to a loss, and where its gradient is cut on the way back."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gradcheck.flow._tensorflow import BRANCHES, CALLS, CASES, LOOPS, is_keras, is_library, source_frames
from gradcheck.flow.edges import Role, count_read, why_cannot_carry
from gradcheck.flow.reach import Analysis
from gradcheck.flow.reached import Reached

Operation = Any
Tensor = Any


@dataclass(frozen=True)
class Step:
    """One operation on a path.

    Attributes:
        kind: Its type, such as ``"MatMul"``.
        name: Its name in the graph.
        file: Of the user's code that made it; empty if none did.
        line: Its number there; 0 if none did.
        source: That line.
        block: Why no gradient passes through it on this path, ``None`` where one does.
        scope: Where the line is of the code that called a Keras layer, or there is none: the layer's scope.
    """

    kind: str
    name: str
    file: str = ""
    line: int = 0
    source: str = ""
    block: str | None = None
    scope: str = ""


@dataclass(frozen=True)
class _Hop:
    """From a tensor back to an input of an operation: the one that made it, or one that wrote into it."""

    tensor: Tensor
    op: Operation
    number: int
    writes: bool = False

    @property
    def source(self) -> Tensor:
        return self.op.inputs[self.number]


def find_path(analysis: Analysis, reached: Reached, tensor: Tensor, index: int) -> list[Step]:
    """Return the operations from a graph's root to one of its tensors, by the path that blocks least.

    Args:
        reached: An analysed graph.
        tensor: A tensor whose value depends on the root.
        index: Which of the graph's roots.
    """
    came: dict[int, _Hop] = {}
    costs = {id(tensor): 0}
    queue = deque([tensor])
    while queue:
        current = queue.popleft()
        for hop, blocked in _hops(analysis, reached, current, index):
            cost, source = costs[id(current)] + blocked, hop.source
            if cost < costs.get(id(source), sys.maxsize):
                costs[id(source)], came[id(source)] = cost, hop
                # What blocks waits at the end: whatever is free is tried first.
                queue.append(source) if blocked else queue.appendleft(source)
    steps: list[Step] = []
    current = reached.roots[index]
    while current is not tensor:
        hop = came[id(current)]
        steps += _written(analysis, reached, hop) if hop.writes else _steps(analysis, reached, hop.tensor, hop.number)
        current = hop.tensor
    # TensorFlow copies what enters and leaves functions: no line of the user's.
    before = (None, *steps)
    return [
        step
        for step, last in zip(steps, before, strict=False)
        if step.kind != "Identity" or (step.block and not (last and last.block))
    ]


def _hops(analysis: Analysis, reached: Reached, tensor: Tensor, index: int) -> Iterator[tuple[_Hop, bool]]:
    """Yield where a tensor's value comes from, and whether a gradient is cut on the way back there."""
    op = tensor.op
    for number, source in enumerate(op.inputs):
        if not reached.of(source)[0] >> index & 1:
            continue
        if _calls(analysis, op):
            if not analysis.took(op, reached, number):
                continue
            bits = analysis.through(op, reached, number)[0][tensor.value_index]
            if bits[0]:
                yield _Hop(tensor, op, number), not bits[1]
        elif analysis.gradients.role(op, op.type) is not Role.PARTIAL or number < count_read(op):
            yield _Hop(tensor, op, number), _block(analysis, tensor, number) is not None
    for writer in reached.writers.get(id(tensor), ()):
        for number, source in enumerate(writer.inputs):
            carries = source is not tensor and reached.of(source)[0] >> index & 1
            if carries and _is_written(analysis, reached, writer, number, tensor):
                yield _Hop(tensor, writer, number, writes=True), True


def _block(analysis: Analysis, tensor: Tensor, number: int) -> str | None:
    """Return why no gradient passes from a tensor to an input of its operation."""
    return analysis.gradients.blocks(tensor.op)[number] or why_cannot_carry([tensor])


def _calls(analysis: Analysis, op: Operation) -> bool:
    return analysis.gradients.role(op, op.type) is Role.CALLS


def _is_written(analysis: Analysis, reached: Reached, writer: Operation, number: int, resource: Tensor) -> bool:
    """Whether what an operation writes into a resource depends on one of its inputs."""
    if not _calls(analysis, writer):
        return True
    held = analysis.through(writer, reached, number)[1]
    return any(found[0] for found, source in zip(held, writer.inputs, strict=False) if source is resource)


def _written(analysis: Analysis, reached: Reached, hop: _Hop) -> list[Step]:
    """Return a write as a step, or the path to the one within a function."""
    op = hop.op
    if op.type in CALLS:
        inner = reached.inner[op.name][0]
        place = next(i for i, source in enumerate(op.inputs) if source is hop.tensor)
        return [*find_path(analysis, inner, inner.roots[place], hop.number), _step(op, None)]
    return [_step(op, "it writes the value into a variable: what is read from there later has no gradient to it")]


def _steps(analysis: Analysis, reached: Reached, tensor: Tensor, number: int) -> list[Step]:
    """Return one operation as a step, or what it calls as several."""
    op = tensor.op
    if not _calls(analysis, op):
        return [_step(op, _block(analysis, tensor, number))]
    if op.type in LOOPS:
        return _loop_steps(analysis, reached, tensor, number)
    chooses = op.type in BRANCHES or op.type in CASES
    if chooses and number == 0:
        return [_step(op, "it only chooses a branch")]
    inside, output = number - chooses, tensor.value_index
    functions = [f for f in reached.inner[op.name] if f.outputs()[output][0] >> inside & 1]
    inner = min(functions, key=lambda f: not f.outputs()[output][1] >> inside & 1)
    return [*find_path(analysis, inner, inner.results[output], inside), _step(op, None)]


def _loop_steps(analysis: Analysis, reached: Reached, tensor: Tensor, number: int) -> list[Step]:
    """Return what one iteration does, where that is enough; otherwise the loop alone."""
    op, output = tensor.op, tensor.value_index
    body, condition = reached.inner[op.name]
    if number == output and not body.outputs()[output][1] >> output & 1:
        return [_step(op, None)]  # a loop that never runs hands its input on, with its gradient
    if body.outputs()[output][0] >> number & 1:
        return [*find_path(analysis, body, body.results[output], number), _step(op, None)]
    if analysis.through(op, reached, number)[0][output][1]:
        return [_step(op, None)]
    if condition.outputs()[0][0] >> number & 1:
        inside = find_path(analysis, condition, condition.results[0], number)
        return [*inside, _step(op, "it only decides how often the loop runs")]
    return [_step(op, "no gradient passes between iterations")]


def _step(op: Operation, block: str | None) -> Step:
    scope, by_keras = op.name.rpartition("/")[0], False
    for file, line, source in source_frames(op):
        if not is_library(file):
            return Step(op.type, op.name, file, line, source, block, scope if by_keras else "")
        by_keras = by_keras or is_keras(file)
    return Step(op.type, op.name, block=block, scope=scope)
