"""Which subjects and oracles an examination takes, so that the usual one is short and the whole one complete."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradcheck.errors import UsageError, unknown
from gradcheck.op import Edge, Op, ops
from gradcheck.oracles import Oracle, oracles
from gradcheck.oracles.subject import Subject

_SEEDS = 2**63


@dataclass(frozen=True)
class Choice:
    """What to examine.

    Attributes:
        family, op, oracle, dtype: Only these; all if empty.
        edges: Whether to go to the edges as well.
        everything: Whether every dtype is judged, and every operation by every oracle; elsewhere, and otherwise, the
            oracles that take long take turns.
        seed: Which points.
    """

    family: tuple[str, ...] = ()
    op: tuple[str, ...] = ()
    oracle: tuple[str, ...] = ()
    dtype: tuple[str, ...] = ()
    edges: bool = False
    everything: bool = False
    seed: int = 0


def chosen_ops(choice: Choice) -> list[Op]:
    """Return the operations that are to be examined.

    Raises:
        UsageError: An operation, a family, an oracle or a dtype is unknown, or the seed is none.
    """
    families = sorted({op.family for op in ops})
    if not 0 <= choice.seed < _SEEDS:
        raise UsageError(f"seed must be at least 0 and below 2**63; found {choice.seed}")
    for name in choice.family:
        if name not in families:
            raise unknown("family", name, families)
    for name in choice.oracle:
        oracles[name]
    dtypes = sorted({dtype for op in ops for dtype in op.dtypes})
    for name in choice.dtype:
        if name not in dtypes:
            raise unknown("dtype", name, dtypes)
    named = [ops[name] for name in choice.op]
    found = named or [op for op in ops if not choice.family or op.family in choice.family]
    if not found:
        raise UsageError("no operation is chosen")
    return found


def subjects(op: Op, choice: Choice) -> Iterator[Subject]:
    """Yield the points of an operation: its usual place in every dtype, its edges in the widest one alone."""
    for edge in (None, *(op.edges if choice.edges else ())):
        for dtype in _dtypes(op, edge, choice):
            yield Subject(op, edge, dtype, choice.seed)


def judges(subject: Subject, choice: Choice) -> Iterator[Oracle]:
    """Yield the oracles that judge a subject."""
    for oracle in oracles:
        if choice.oracle and oracle.name not in choice.oracle:
            continue
        if choice.oracle or (choice.everything and _is_usual(subject)) or _has_its_turn(subject, oracle, choice.seed):
            yield oracle


def _dtypes(op: Op, edge: Edge | None, choice: Choice) -> Sequence[str]:
    if choice.dtype:
        return [dtype for dtype in op.dtypes if dtype in choice.dtype]
    widest = _widest(op)
    if edge is None and (choice.everything or any(oracles[name].narrow for name in choice.oracle)):
        return op.dtypes
    return widest if choice.everything or not edge else widest[:1]


def _widest(op: Op) -> list[str]:
    return [kind[-1] for kind in (_real(op), _complex(op)) if kind]


def _real(op: Op) -> list[str]:
    return [dtype for dtype in op.dtypes if not dtype.startswith("complex")]


def _complex(op: Op) -> list[str]:
    return [dtype for dtype in op.dtypes if dtype.startswith("complex")]


def _is_usual(subject: Subject) -> bool:
    """Whether a subject is no edge, and in the widest dtype of its kind."""
    return subject.edge is None and subject.dtype in _widest(subject.op)


def _has_its_turn(subject: Subject, oracle: Oracle, seed: int) -> bool:
    """Oracles that take long take turns: for another seed they judge other subjects."""
    return (zlib.crc32(f"{subject.label}/{oracle.name}".encode()) + seed) % oracle.turns == 0
