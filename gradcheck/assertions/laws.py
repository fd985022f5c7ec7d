"""Asserting a law on an engine."""

from __future__ import annotations

from pathlib import Path

from gradcheck.engines import engines
from gradcheck.errors import LawBroken, UsageError
from gradcheck.explain import explain
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import all_objectives, laws
from gradcheck.point import Point
from gradcheck.trial import Arena, Trial
from gradcheck.witness import Witness


def assert_law(
    law: str,
    graph: TwoHeadGraph,
    point: Point,
    *,
    engine: str = "eager",
    peers: tuple[str, ...] = (),
    witnesses: Path | None = None,
) -> None:
    """Assert that a law holds on an engine, for a graph at a point.

    Args:
        law: Name of the law, as ``gradcheck verify --list`` shows it.
        graph: The structure.
        point: Sizes and values; see `gradcheck.points`.
        engine: Name of the engine.
        peers: Names of engines that the law ``agreement`` holds it against; that law needs one.
        witnesses: Folder that a failing case is written to.

    Raises:
        LawBroken: The law does not hold; the message says where and how to see it again.
        UsageError: The law or the engine is unknown, or there is nothing to compare.
        EngineError: The engine raised.
    """
    __tracebackhide__ = True
    chosen, runner = laws[law], engines[engine]
    reason = chosen.why_not(graph, runner)
    if reason is not None:
        raise UsageError(f"law {law} does not apply to engine {engine} on this graph: {reason}")
    arena = Arena(graph, point.stacked(), all_objectives(), stacked=False)
    trial = Trial(arena, runner, tuple(engines[name] for name in peers))
    checks = list(chosen.judge(trial))
    if not checks:
        raise UsageError(f"law {law} has nothing to compare on engine {engine} at this point, with peers {peers}")
    for check in checks:
        if check.comparison.broken.any():
            witness = Witness(
                law, engine, peers, check.claim, check.variable, explain(check.comparison, 0), graph, point, False
            )
            path = witness.save(witnesses) if witnesses else None
            raise LawBroken(witness.describe(path))
