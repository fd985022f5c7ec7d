"""The way a value takes from a variable to a loss, and where its gradient is cut on the way back."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradcheck.flow._tensorflow import BRANCHES, CASES, LOOPS, NESTED, source_frames
from gradcheck.flow.reach import Analysis, Reached

Operation = Any
Tensor = Any
Key = tuple[str, int]


@dataclass(frozen=True)
class Step:
    """One operation on a path.

    Attributes:
        kind: Its type, such as ``"MatMul"``.
        name: Its name in the graph.
        file, line, source: Where the user's code made it; empty and 0 if nowhere.
        block: Why no gradient passes through it on this path, ``None`` where one does.
    """

    kind: str
    name: str
    file: str = ""
    line: int = 0
    source: str = ""
    block: str | None = None


def find_path(analysis: Analysis, reached: Reached, tensor: Tensor, index: int) -> list[Step]:
    """Return the operations from a graph's input to one of its tensors, by the path that blocks least.

    Args:
        reached: An analysed graph.
        tensor: A tensor whose value depends on the input.
        index: Which of the graph's inputs.
    """
    goal = reached.graph.inputs[index]
    came: dict[Key, tuple[Tensor, int] | None] = {_key(tensor): None}
    costs: dict[Key, int] = {_key(tensor): 0}
    ends: dict[Key, Tensor] = {_key(tensor): tensor}
    queue = deque([tensor])
    while queue:
        current = queue.popleft()
        for number, source, blocked in _sources(analysis, reached, current, index):
            cost = costs[_key(current)] + blocked
            if cost < costs.get(_key(source), sys.maxsize):
                costs[_key(source)], came[_key(source)], ends[_key(source)] = cost, (current, number), source
                # What blocks waits at the end: whatever is free is tried first.
                queue.append(source) if blocked else queue.appendleft(source)
    steps: list[Step] = []
    back = came[_key(goal)]
    while back is not None:
        current, number = back
        steps += _steps(analysis, reached, current, number)
        back = came[_key(current)]
    return steps


def _sources(analysis: Analysis, reached: Reached, tensor: Tensor, index: int) -> Iterator[tuple[int, Tensor, bool]]:
    """Yield the inputs of a tensor's operation that carry the value, and whether a gradient is cut there."""
    op = tensor.op
    for number, source in enumerate(op.inputs):
        if not reached.of(source).value >> index & 1:
            continue
        if op.type in NESTED:
            bits = analysis.through(op, reached, number)[tensor.value_index]
            if bits.value:
                yield number, source, not bits.gradient
        else:
            yield number, source, analysis.gradients.blocks(op)[number] is not None


def _steps(analysis: Analysis, reached: Reached, tensor: Tensor, number: int) -> list[Step]:
    """Return one operation as a step, or what it calls as several."""
    op = tensor.op
    if op.type not in NESTED:
        return [_step(op, analysis.gradients.blocks(op)[number])]
    if op.type in LOOPS:
        return _loop_steps(analysis, reached, tensor, number)
    chooses = op.type in BRANCHES or op.type in CASES
    if chooses and number == 0:
        return [_step(op, "it only chooses a branch")]
    inside, output = number - chooses, tensor.value_index
    functions = [f for f in reached.inner[op.name] if f.outputs()[output].value >> inside & 1]
    inner = min(functions, key=lambda f: not f.outputs()[output].gradient >> inside & 1)
    return [*find_path(analysis, inner, inner.results[output], inside), _step(op, None)]


def _loop_steps(analysis: Analysis, reached: Reached, tensor: Tensor, number: int) -> list[Step]:
    """Return what one iteration does, where that is enough; otherwise the loop alone."""
    op, output = tensor.op, tensor.value_index
    body, condition = reached.inner[op.name]
    if number == output and _is_free(body, output):
        return [_step(op, None)]
    if body.outputs()[output].value >> number & 1:
        return [*find_path(analysis, body, body.results[output], number), _step(op, None)]
    if analysis.through(op, reached, number)[output].gradient:
        return [_step(op, None)]
    decides = condition.outputs()[0].value >> number & 1
    return [
        _step(op, "it only decides how often the loop runs" if decides else "no gradient passes between iterations")
    ]


def _is_free(body: Reached, output: int) -> bool:
    """Whether a loop that never runs hands its input on, with its gradient, while an iteration cuts it."""
    return not body.outputs()[output].gradient >> output & 1


def _step(op: Operation, block: str | None) -> Step:
    for file, line, source in source_frames(op):
        if not _is_library(file):
            return Step(op.type, op.name, file, line, source, block)
    return Step(op.type, op.name, block=block)


def _is_library(file: str) -> bool:
    parts = Path(file).parts
    ours = Path(__file__).parent.parent
    return "site-packages" in parts or "dist-packages" in parts or ours in Path(file).parents or file.startswith("<")


def _key(tensor: Tensor) -> Key:
    return tensor.op.name, tensor.value_index
