"""Composing: what the functions that an operation calls make of its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcheck.flow._tensorflow import BRANCHES, CASES, LOOPS
from gradcheck.flow.reached import NOTHING, Bits, Operation, Reached


def count_skipped(op: Operation) -> int:
    """Return how many of a call's inputs its functions do not get: the one that chooses among several."""
    return int(op.type in BRANCHES or op.type in CASES)


def find_changed(inputs: Sequence[Bits], inner: Sequence[Reached]) -> list[bool]:
    """Return which inputs of a call are resources that a function writes into."""
    skipped = len(inputs) - len(inner[0].roots)
    return [False] * skipped + [
        any(id(root) in function.changed for function, root in zip(inner, roots, strict=True))
        for roots in zip(*(function.roots for function in inner), strict=True)
    ]


def through(op: Operation, inner: Sequence[Reached], inputs: Sequence[Bits]) -> tuple[Sequence[Bits], Sequence[Bits]]:
    """Return the bits of a call's outputs, and what its inputs hold afterwards."""
    if op.type in LOOPS:
        return _loop(inner[0], inner[1], inputs)
    skipped = count_skipped(op)
    passed = list(inputs[skipped:])
    # Of several functions, the first input chooses.
    chosen: Bits = (inputs[0][0], 0) if skipped else NOTHING
    outputs, held = [chosen] * len(inner[0].results), list(passed)
    for function in inner:
        outputs = [_union(old, _compose(out, passed)) for old, out in zip(outputs, function.outputs(), strict=True)]
        held = [_union(old, _compose(out, passed)) for old, out in zip(held, function.written(), strict=True)]
    held = [*inputs[:skipped], *held]
    rows = zip(held, find_changed(inputs, inner), strict=True)
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
