"""What is known of a graph: which of its inputs each tensor depends on, and which get a gradient from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
