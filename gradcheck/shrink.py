"""Making a failing case small: fewer layers, plainer options, smaller sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gradcheck.graph import BLOCKS, Sizes, TwoHeadGraph

Fails = Callable[[TwoHeadGraph, Sizes], bool]

_PLAINEST = {"reduction": "sum", "loss1": "plain_sum", "loss2": "plain_sum"}


def shrink(graph: TwoHeadGraph, sizes: Sizes, fails: Fails, *, tries: int = 60) -> tuple[TwoHeadGraph, Sizes]:
    """Return the smallest case found that still fails.

    Each step takes the first smaller case that fails, until none does.

    Args:
        fails: Whether a case fails; called at most ``tries`` times.
    """
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(graph, sizes):
            if tries == 0:
                return graph, sizes
            tries -= 1
            if fails(*smaller):
                (graph, sizes), progress = smaller, True
                break
    return graph, sizes


def _smaller(graph: TwoHeadGraph, sizes: Sizes) -> Iterator[tuple[TwoHeadGraph, Sizes]]:
    """Yield simpler cases, the boldest first."""
    for block in BLOCKS:
        names = getattr(graph, block)
        if len(names) > 1:
            yield _resized(replace(graph, **{block: ()}), sizes)
        for i in range(len(names)):
            yield _resized(replace(graph, **{block: names[:i] + names[i + 1 :]}), sizes)
        for i, name in enumerate(names):
            if name != "dense":
                yield _resized(replace(graph, **{block: (*names[:i], "dense", *names[i + 1 :])}), sizes)
    for option, plain in _PLAINEST.items():
        if getattr(graph, option) != plain:
            yield replace(graph, **{option: plain}), sizes  # type: ignore[arg-type]  # options are strings
    for small in (1, 2):
        bounded = {axis: min(size, small) for axis, size in sizes.items()}
        if bounded != sizes:
            yield graph, bounded
        for axis, size in sizes.items():
            if size > small:
                yield graph, {**sizes, axis: small}


def _resized(graph: TwoHeadGraph, sizes: Mapping[str, int]) -> tuple[TwoHeadGraph, Sizes]:
    """Keep the sizes that the graph still has, and give new axes a small one."""
    return graph, {axis: sizes.get(axis, 2) for axis in graph.axes}
