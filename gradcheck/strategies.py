"""Hypothesis strategies: random two-head graphs and points, which shrink to the smallest ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from gradcheck.errors import UsageError, unknown
from gradcheck.graph import DTYPES, MOST_LAYERS, REDUCTIONS, Sizes, TwoHeadGraph, Wiring
from gradcheck.layer import layers, losses
from gradcheck.point import Point, draw, draw_integers

WIRINGS = tuple(wiring.value for wiring in Wiring)

_SIMPLEST_LOSS = "plain_sum"
_SIMPLEST_LAYER = "dense"


def two_head_graphs(
    *,
    wirings: Sequence[str] = WIRINGS,
    dtypes: Sequence[str] = DTYPES,
    max_layers: int = MOST_LAYERS,
    polynomial: bool = False,
    among: Sequence[str] = (),
) -> st.SearchStrategy[TwoHeadGraph]:
    """Generate structures, from two plain layers up.

    They shrink to no trunk, one dense layer a head, plain sums and the first of ``wirings``.

    Args:
        wirings: Among which to choose.
        dtypes: Among which to choose.
        max_layers: Most layers in the trunk and in each head, from 0 to 3.
        polynomial: Only graphs that integers can be pushed through exactly, which are in float64.
        among: Names of the layers to choose from beside a dense one, such as ``"relu"`` and ``"ops.erf"``; the
            vocabulary if empty.

    Raises:
        UsageError: ``max_layers`` is out of range, or a wiring, a dtype or a layer is not known.
    """
    if not 0 <= max_layers <= MOST_LAYERS:
        raise UsageError(f"max_layers must be from 0 to {MOST_LAYERS}; found {max_layers}")
    _check_known("wiring", wirings, WIRINGS)
    _check_known("dtype", dtypes, DTYPES)
    chosen = [layers[name] for name in (_SIMPLEST_LAYER, *among)] if among else list(layers)
    names = list(dict.fromkeys(layer.name for layer in chosen if layer.polynomial or not polynomial))
    ends = [loss.name for loss in losses if loss.degree or not polynomial]
    layer = st.sampled_from(_first(_SIMPLEST_LAYER, names))
    block = st.lists(layer, max_size=max_layers).map(tuple)
    # A head without layers has no variables to speak of: one dense layer is the simplest.
    head = st.one_of(st.just((_SIMPLEST_LAYER,)), block) if max_layers else block
    end = st.sampled_from(_first(_SIMPLEST_LOSS, ends))
    reductions = [name for name in ("sum", *REDUCTIONS) if name != "mean" or not polynomial]
    return st.builds(
        TwoHeadGraph,
        trunk=block,
        head1=head,
        head2=head,
        wiring=st.sampled_from(list(wirings)),
        loss1=end,
        loss2=end,
        reduction=st.sampled_from(list(dict.fromkeys(reductions))),
        dtype=st.just("float64") if polynomial else st.sampled_from(list(dtypes)),
    )


def sizes(graph: TwoHeadGraph, *, max_size: int = 8, min_batch: int = 0) -> st.SearchStrategy[Sizes]:
    """Generate a size for every axis of ``graph``, shrinking to 1.

    Args:
        max_size: Largest size of any axis.
        min_batch: 0 lets empty batches through.
    """
    # Values listed first are simpler: an empty batch shows less than one of one example.
    batches = [*range(max(1, min_batch), max_size + 1), *([0] if min_batch == 0 else [])]
    return st.fixed_dictionaries(
        {axis: st.sampled_from(batches) if axis == "batch" else st.integers(1, max_size) for axis in graph.axes}
    )


@st.composite
def points(
    draw_from: st.DrawFn,
    graph: TwoHeadGraph,
    *,
    max_size: int = 8,
    min_batch: int = 0,
    integers: bool = False,
    fixed: Mapping[str, int] | None = None,
) -> Point:
    """Generate a point of ``graph``: sizes, values, ids and labels.

    Values come from a seed, so that a failing example is small to print and shrinks by size.

    Args:
        graph: The structure.
        max_size: Largest size of any axis.
        min_batch: 0 lets empty batches through.
        integers: Whether values are small integers, for exact arithmetic.
        fixed: Sizes that are given.
    """
    chosen = dict(draw_from(sizes(graph, max_size=max_size, min_batch=min_batch))) | dict(fixed or {})
    seed = draw_from(st.integers(0, 2**16))
    if integers:
        return draw_integers(graph, chosen, 1, bound=4, seed=seed)[0]
    return draw(graph, chosen, 1, seed=seed)[0]


def _check_known(kind: str, names: Sequence[str], known: Sequence[str]) -> None:
    if not names:
        raise UsageError(f"at least one {kind} must be given; found none")
    for name in names:
        if name not in known:
            raise unknown(kind, name, known)


def _first(simplest: str, names: Sequence[str]) -> list[str]:
    """Put the simplest choice first, which is where shrinking ends."""
    return sorted(names, key=lambda name: name != simplest)
