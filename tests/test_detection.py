"""Detection power: one wrong entry is caught, among few elements and among thousands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faults.faults import Fault, Faulty, changed
from gradcheck.engines import engines
from gradcheck.golden import SEED_GRAPH, W1
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import draw
from gradcheck.trial import Arena, Trial

TRIALS = 300
CAUGHT = 299
# The two losses are enough to see one wrong entry; all objectives would only cost time.
OBJECTIVES = tuple(map(as_objective, laws["numeric"].needs))


def only_in(dtype: str, lie):
    """Tell the lie in one dtype only: a fault of float32 must be seen without float64's help."""

    def told(honest, graph, points, objectives, stacked):
        if graph.dtype == dtype:
            return lie(honest, graph, points, objectives, stacked)
        return honest(graph, points, objectives, stacked=stacked)

    return told


def corrupt(kind: str, width: int):
    """Return a lie that spoils one random entry of the gradient by w1 at every point."""
    stream = np.random.Philox(key=width)
    words = (stream.random_raw(3 * TRIALS) >> np.uint64(32)).astype(np.int64).reshape(3, TRIALS)
    row, column, other = words % width
    every = np.arange(TRIALS)

    def spoil(gradients):
        for loss in (loss1, loss2):
            g = gradients[as_objective(loss), W1]
            match kind:
                case "zeroed":
                    g[every, row, column] = 0.0
                case "one percent":
                    g[every, row, column] *= 1.01
                case "swapped":
                    there = (row + 1 + other % (width - 1)) % width
                    swapped = g[every, there, column], g[every, row, column]
                    g[every, row, column], g[every, there, column] = swapped

    return changed(spoil)


def caught(graph: TwoHeadGraph, engine: object, width: int) -> int:
    """Return at how many points some law that compares entries is broken."""
    sizes = {"batch": 8, "vocabulary": 8, "embedding": width, "head1/0": width, "head2/0": 4}
    arena = Arena(graph, draw(graph, sizes, TRIALS, seed=3), OBJECTIVES)
    trial = Trial(arena, engine)
    names = [name for name in ("numeric", "precision") if laws[name].why_not(graph, engine) is None]
    broken = [check.comparison.broken for name in names for check in laws[name].judge(trial)]
    return int(np.any(broken, axis=0).sum())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("elements", [16, 256, 4096])
@pytest.mark.parametrize("kind", ["zeroed", "one percent", "swapped"])
def test_one_wrong_entry_is_caught(kind: str, elements: int, dtype: str) -> None:
    width = round(elements**0.5)
    graph = replace(SEED_GRAPH, dtype=dtype)
    assert caught(graph, Faulty(Fault(kind, "numeric", only_in(dtype, corrupt(kind, width)))), width) >= CAUGHT


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("elements", [16, 256, 4096])
def test_honest_gradients_raise_no_alarm(elements: int, dtype: str) -> None:
    graph = replace(SEED_GRAPH, dtype=dtype)
    assert caught(graph, engines["graph"], round(elements**0.5)) == 0
