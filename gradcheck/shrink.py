"""Making a failing case small: fewer layers, plainer options, smaller sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gradcheck.errors import EngineError
from gradcheck.explain import explain
from gradcheck.graph import BLOCKS, Sizes, TwoHeadGraph
from gradcheck.laws import Law
from gradcheck.point import draw
from gradcheck.trial import Arena, Check, Trial
from gradcheck.witness import Witness

Fails = Callable[[TwoHeadGraph, Sizes], bool]

_POINTS = 4  # a smaller case counts as failing if it does at one of these
_TRIES = 24

_PLAINEST = {"reduction": "sum", "loss1": "plain_sum", "loss2": "plain_sum"}


def find_smallest(law: Law, trial: Trial, check: Check, known: Sequence[Witness]) -> Witness:
    """Return the smallest case found in which the law is broken on the trial's engine.

    Args:
        check: A broken check of the trial.
        known: Smallest cases of the same law on other engines: the cause is often the same, so
            these are tried first, and only the first violation of a law is shrunk step by step.
    """
    witness = witness_of(law, trial, check)
    if trial.arena.exact or not trial.arena.stacked:
        return witness
    for smaller in known:
        found = _broken_at(law, trial, smaller.graph, smaller.point.sizes)
        if found is not None:
            return found

    def fails(graph: TwoHeadGraph, sizes: Sizes) -> bool:
        nonlocal witness
        found = _broken_at(law, trial, graph, sizes)
        witness = found or witness
        return found is not None

    if not known:
        shrink(witness.graph, witness.point.sizes, fails, tries=_TRIES)
    return witness


def witness_of(law: Law, trial: Trial, check: Check, index: int | None = None) -> Witness:
    """Keep a point at which a check is broken, the first if it is not told."""
    index = int(np.flatnonzero(check.comparison.broken)[0]) if index is None else index
    return Witness(
        law.name,
        trial.engine.name,
        tuple(peer.name for peer in trial.peers),
        check.claim,
        check.variable,
        explain(check.comparison, index),
        trial.graph,
        trial.points[index],
        trial.arena.stacked,
        exact=trial.arena.exact,
    )


def _broken_at(law: Law, trial: Trial, graph: TwoHeadGraph, sizes: Sizes) -> Witness | None:
    """Judge the law on the same engine at fresh points of another case."""
    if law.why_not(graph, trial.engine) is not None:
        return None
    fresh = replace(trial, arena=Arena(graph, draw(graph, sizes, _POINTS), trial.arena.objectives))
    try:
        for check in law.judge(fresh):
            if check.comparison.broken.any():
                return witness_of(law, fresh, check)
    except EngineError:
        return None
    return None


def shrink(graph: TwoHeadGraph, sizes: Sizes, fails: Fails, *, tries: int) -> tuple[TwoHeadGraph, Sizes]:
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
            yield _resized(graph.changed(**{block: ()}), sizes)
        for i in range(len(names)):
            yield _resized(graph.changed(**{block: names[:i] + names[i + 1 :]}), sizes)
        for i, name in enumerate(names):
            if name != "dense":
                yield _resized(graph.changed(**{block: (*names[:i], "dense", *names[i + 1 :])}), sizes)
    for option, plain in _PLAINEST.items():
        if getattr(graph, option) != plain:
            yield graph.changed(**{option: plain}), sizes
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
