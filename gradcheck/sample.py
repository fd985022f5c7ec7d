"""Random structures and sizes by number: the same seed and index, the same graph, everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from gradcheck.graph import BLOCKS, MOST_LAYERS, REDUCTIONS, Sizes, TwoHeadGraph, Wiring
from gradcheck.layer import layers, losses

T = TypeVar("T")

LARGEST = 8


class Choices:
    """Choices from a stream of random bits that no version of NumPy changes."""

    def __init__(self, seed: int, index: int) -> None:
        self._stream = np.random.Philox(key=(seed % 2**64) + (index << 64))

    def below(self, limit: int) -> int:
        """Return an integer from 0 to ``limit - 1``."""
        return int(self._stream.random_raw() >> 32) * limit >> 32

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return options[self.below(len(options))]


def sample_graph(
    seed: int, index: int, dtypes: Sequence[str], among: Sequence[str] = (), ends: Sequence[str] = ()
) -> TwoHeadGraph:
    """Return random structure number ``index``; wirings and dtypes take turns.

    Args:
        seed: Which structures.
        index: Which of them.
        dtypes: Those that take turns.
        among: Names of layers; all of the vocabulary if empty.
        ends: Names of losses; all of the vocabulary if empty.
    """
    choices = Choices(seed, index)
    names, ends = among or layers.names(), ends or losses.names()
    # The smaller of two draws: faults show in small graphs, and those are traced sooner.
    depths = {block: min(choices.below(MOST_LAYERS + 1), choices.below(MOST_LAYERS + 1)) for block in BLOCKS}
    blocks = {block: tuple(choices.one_of(names) for _ in range(depth)) for block, depth in depths.items()}
    return TwoHeadGraph(
        **blocks,
        wiring=tuple(Wiring)[index % len(Wiring)],
        loss1=choices.one_of(ends),
        loss2=choices.one_of(ends),
        reduction=choices.one_of(REDUCTIONS),  # type: ignore[arg-type]  # one of the literal's values
        dtype=dtypes[index % len(dtypes)],
    )


def sample_sizes(graph: TwoHeadGraph, seed: int, index: int, *, least: int = 1) -> Sizes:
    """Return sizes from ``least`` to 8 for every axis of ``graph``."""
    choices = Choices(seed, index)
    return {axis: least + choices.below(LARGEST + 1 - least) for axis in graph.axes}


def edge_sizes(graph: TwoHeadGraph) -> Iterator[Sizes]:
    """Yield the edges: no example, one of everything, and more reads than rows."""
    usual = dict.fromkeys(graph.axes, 3)
    yield usual | {"batch": 0}
    yield dict.fromkeys(graph.axes, 1)
    yield usual | {"batch": 8, "vocabulary": 2}


def polynomial_twin(graph: TwoHeadGraph) -> TwoHeadGraph:
    """Return the nearest graph that is polynomial: dense layers for others, squares for entropies."""
    blocks = {
        block: tuple(name if layers[name].polynomial else "dense" for name in getattr(graph, block)) for block in BLOCKS
    }
    ends = {
        end: name if losses[name].degree else "squared_error"
        for end, name in (("loss1", graph.loss1), ("loss2", graph.loss2))
    }
    reduction = "sum" if graph.reduction == "mean" else graph.reduction
    return graph.changed(**blocks, **ends, reduction=reduction, dtype="float64")
