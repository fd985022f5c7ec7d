"""Which optimizers are judged on which wirings and in which modes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradcheck.golden import SEED_GRAPH
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.point import Point, draw
from gradcheck.training.laws import StepLaw
from gradcheck.training.optimizers import Optimizer

_SIZES = {"batch": 4, "vocabulary": 4, "embedding": 3, "head1/0": 3, "head2/0": 2}
_IDS = [0, 2, 2, 0]  # repeated, and two rows that are not read
_EVERY = 16  # by default, one in so many optimizers is judged by a costly law
# By default an optimizer is trained in one mode, in another one for another seed; tracing takes longest.
_TURNS = {**dict.fromkeys(("eager", "graph"), ("eager", "eager", "graph")), "v1": ("v1", "eager", "v1")}
_CHEAP = ("changed", "unchanged")  # one training serves both


@dataclass(frozen=True, eq=False)
class Course:
    """One optimizer on one graph in one mode, and the laws to judge."""

    graph: TwoHeadGraph
    optimizer: Optimizer
    mode: str
    laws: tuple[StepLaw, ...]


def training_graph(wiring: Wiring) -> TwoHeadGraph:
    """Return the seed's graph, wired so, with the losses that one trains on."""
    return SEED_GRAPH.changed(wiring=wiring, reduction="mean")


def training_point(graph: TwoHeadGraph, seed: int = 0) -> Point:
    """Return a point at which some rows of the embedding are read twice and some never."""
    point = draw(graph, _SIZES, 1, seed=seed)[0]
    return Point(point.sizes, {**point.values, "ids": np.array(_IDS, np.int32)})


def plan(
    optimizers: Sequence[Optimizer], laws: Sequence[StepLaw], modes: Sequence[str], *, seed: int, thorough: bool
) -> Iterator[Course]:
    """Yield what is to be trained.

    Args:
        thorough: Whether every optimizer meets every law on all wirings; otherwise every kind of
            optimizer and of option is met once by the laws that are quick, and a share by the others.
    """
    wirings = list(Wiring)
    usable = [o for o in (optimizers if thorough else one_of_each(optimizers)) if o.why_not() is None]
    for mode in modes:
        turns = [turn for turn in _TURNS[mode] if turn in modes]
        for index, optimizer in enumerate(usable, start=seed):
            if optimizer.api != "v1" and mode == "v1":
                continue
            if not thorough and turns[index % len(turns)] != mode:
                continue
            for wiring in wirings if thorough else [wirings[index % len(wirings)]]:
                due = tuple(
                    law for i, law in enumerate(laws) if thorough or law.name in _CHEAP or not (index + i) % _EVERY
                )
                if due:
                    yield Course(training_graph(wiring), optimizer, mode, due)


def one_of_each(optimizers: Sequence[Optimizer]) -> list[Optimizer]:
    """Return every optimizer without its variants, and one variant of each kind: the plainest that has it."""
    plainest = sorted(optimizers, key=lambda optimizer: optimizer.family != "keras.SGD", reverse=True)
    variants = {optimizer.variant: optimizer for optimizer in plainest if optimizer.variant}
    return [optimizer for optimizer in optimizers if not optimizer.variant or optimizer in variants.values()]
