"""The catalogue's words: an operation, how it is called, where it is smooth, and its edges.

A family is a file under `gradcheck.vocabulary.ops`; a new operation is one entry in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcheck.domain import Domain
from gradcheck.registry import Registry

Call = Callable[..., Any]
REAL = ("float32", "float64")
HALF = ("bfloat16", "float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")


@dataclass(frozen=True)
class Edge:
    """A place at the edge of a domain, or a way to call that is not the usual one.

    Attributes:
        name: Such as ``"two zeros"``, ``"empty"`` or ``"axis=-1"``.
        inputs: A value, or a domain, for each input; the operation's own domains if empty.
        call: Calls the operation; its usual call if not given.
        smooth: Whether there is a derivative. Where there is none, ways to take it are held against
            each other, and not against differences.
    """

    name: str
    inputs: tuple[Any, ...] = ()
    call: Call | None = None
    smooth: bool = True


@dataclass(frozen=True)
class Op:
    """An operation, or a small function of one, with a gradient.

    Attributes:
        name: How it is asked for.
        family: The file it stands in.
        call: Takes the differentiable inputs and returns a tensor or a structure of them; what is
            not differentiable is closed over.
        inputs: Domain of each input.
        edges: Places where faults lie.
        dtypes: Those that its kernels and its gradient take.
        absent: Why the gradient of an input is rightly None though the value depends on it, by the
            input's place.
        limits: Why an oracle does not apply, by the oracle's name: a kernel that XLA lacks, a
            gradient that is not differentiable itself. ``"second"`` and ``"forward"`` speak for
            ``"second_forward"`` and ``"forward_function"`` too. Or why one of an oracle's ways does not,
            by how what it doubts begins: ``"reverse over forward"``.
    """

    name: str
    family: str
    call: Call
    inputs: tuple[Domain, ...]
    edges: tuple[Edge, ...] = ()
    dtypes: tuple[str, ...] = REAL
    absent: Mapping[int, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)


ops: Registry[Op] = Registry("op", "gradcheck.vocabulary.ops", "gradcheck.ops")


@dataclass(frozen=True)
class Family:
    """Registers the operations of one file."""

    name: str

    def __call__(
        self,
        name: str,
        call: Call,
        *inputs: Domain,
        edges: Sequence[Edge] = (),
        dtypes: Sequence[str] = REAL,
        absent: Mapping[int, str] | None = None,
        limits: Mapping[str, str] | None = None,
    ) -> Op:
        """Register an operation; see `Op` for the arguments."""
        return ops.add(
            Op(name, self.name, call, inputs, tuple(edges), tuple(dtypes), dict(absent or {}), dict(limits or {}))
        )


def edge(name: str, *inputs: Any, call: Call | None = None) -> Edge:
    """Describe a place where the operation is smooth all the same; see `Edge`."""
    return Edge(name, inputs, call)


def kink(name: str, *inputs: Any, call: Call | None = None) -> Edge:
    """Describe a place that has no derivative: ways to take it are only held against each other."""
    return Edge(name, inputs, call, smooth=False)
