"""Every law on every engine: random points of random graphs, exact ones, and edges.

Structures come from a small pool, so that each is traced once for all laws; sizes and values are
drawn by Hypothesis.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.engines import engines
from gradcheck.golden import GOLDEN_GRAPH, SEED_GRAPH, golden_point
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.identity import draw_exact
from gradcheck.laws import all_objectives, laws, only_when_named
from gradcheck.point import Point, draw
from gradcheck.strategies import points
from gradcheck.trial import Arena, Trial

POOL = (
    TwoHeadGraph(),
    TwoHeadGraph(
        trunk=("dense_bias", "gelu"),
        head1=("residual", "dense"),
        head2=("layer_normalisation",),
        wiring=Wiring.STOPPED,
        loss1="softmax_cross_entropy",
        loss2="squared_error",
        reduction="sum",
        dtype="float64",
    ),
    TwoHeadGraph(
        trunk=("tanh",),
        head1=("softplus",),
        head2=("dense", "sigmoid", "relu"),
        wiring=Wiring.PARALLEL,
        loss2="plain_sum",
        reduction="mean",
    ),
)
# A compiler starts again for every new shape: two are enough for it.
FIXED = ({"batch": 3, "vocabulary": 4}, {"batch": 1, "vocabulary": 1})
PAIRS = [(law.name, engine) for law in laws if only_when_named(law) is None for engine in engines.names()]


@cache
def arena_at(graph: TwoHeadGraph, point: str, *, stacked: bool) -> Arena:
    """Return the arena of a point, which laws share, so that what an engine computed there is not computed anew."""
    return Arena(graph, Point.from_json(graph, json.loads(point)).stacked(), all_objectives(), stacked=stacked)


@cache
def exact_arena(graph: TwoHeadGraph) -> Arena:
    exact = draw_exact(graph, dict.fromkeys(graph.axes, 3), 8, all_objectives())
    assert exact is not None
    assert exact.doubt_bits > 30
    return Arena(graph, exact.points, all_objectives(), exact=True)


def broken(law: str, engine: str, arena: Arena) -> list[str]:
    """Return the claims of a law that are broken on an engine."""
    peers = tuple(engines[name] for name in ("eager", "graph", engine))
    trial = Trial(arena, engines[engine], peers)
    return [check.claim for check in laws[law].judge(trial) if check.comparison.broken.any()]


def applying(law: str, engine: str, pool: tuple[TwoHeadGraph, ...]) -> list[TwoHeadGraph]:
    """Return the graphs to which a law applies on an engine."""
    return [graph for graph in pool if laws[law].why_not(graph, engines[engine]) is None]


@st.composite
def cases(draw: st.DrawFn, graphs: list[TwoHeadGraph], *, compiled: bool) -> tuple[TwoHeadGraph, Point]:
    graph = draw(st.sampled_from(graphs))
    if not compiled:
        return graph, draw(points(graph))
    fixed = dict.fromkeys(graph.axes, 2) | draw(st.sampled_from(FIXED))
    return graph, draw(points(graph, fixed=fixed))


@pytest.mark.parametrize(("law", "engine"), PAIRS)
def test_law_holds_at_random_points(law: str, engine: str) -> None:
    graphs = applying(law, engine, POOL)
    if not graphs:
        assert all(laws[law].why_not(graph, engines[engine]) for graph in POOL)
        return

    @settings(max_examples=8)
    @given(cases(graphs, compiled=engines[engine].compiles_shapes))
    def holds(case: tuple[TwoHeadGraph, Point]) -> None:
        graph, point = case
        assert not broken(law, engine, arena_at(graph, json.dumps(point.to_json()), stacked=True))

    holds()


@pytest.mark.parametrize(("law", "engine"), PAIRS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_law_holds_in_the_golden_case(law: str, engine: str, dtype: str) -> None:
    graph = replace(GOLDEN_GRAPH, dtype=dtype)
    if laws[law].why_not(graph, engines[engine]) is None:
        assert not broken(law, engine, arena_at(graph, json.dumps(golden_point().to_json()), stacked=False))


@pytest.mark.parametrize("engine", [engine.name for engine in engines if engine.sees_absence])
@pytest.mark.parametrize("law", [law.name for law in laws if law.identity])
def test_identity_holds_exactly_on_integers(law: str, engine: str) -> None:
    graph = replace(GOLDEN_GRAPH, dtype="float64", wiring=Wiring.PARALLEL)
    if laws[law].why_not(graph, engines[engine]) is None:
        assert not broken(law, engine, exact_arena(graph))


def test_an_engine_without_any_gradient_is_left_to_presence(monkeypatch: pytest.MonkeyPatch) -> None:
    arena = Arena(SEED_GRAPH, draw(SEED_GRAPH, dict.fromkeys(SEED_GRAPH.axes, 4), 2), all_objectives())
    monkeypatch.setattr(Trial, "grad", lambda trial, formula, w: Unconnected())
    assert broken("own-answer", "forward", arena) == []
    assert broken("presence", "forward", arena)
