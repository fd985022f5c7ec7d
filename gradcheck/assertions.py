"""Assertions for a test suite: the one layer that raises what laws found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gradcheck.engines import engines
from gradcheck.errors import LawBroken, UsageError
from gradcheck.explain import explain
from gradcheck.flow.flow import flow
from gradcheck.flow.result import Flow, Kind
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import all_objectives, laws
from gradcheck.point import Point
from gradcheck.report.terminal import describe_witness
from gradcheck.training.watch import Read, find_misses
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
            raise LawBroken(describe_witness(witness, path))


def assert_isolated(losses: Callable[..., Any], loss: str, *args: Any, from_: Sequence[Any]) -> None:
    """Assert that no gradient of a loss flows to some variables, by the structure of the graph.

    Args:
        losses: What returns the losses; see `gradcheck.flow`.
        loss: Name of the loss.
        args: What ``losses`` is called with.
        from_: Variables, names or globs that the loss must not reach.

    Raises:
        LawBroken: A gradient flows; the message shows the table and the path, with the user's lines.
        UsageError: The losses cannot be traced, or a name matches nothing.
    """
    found = flow(losses, *args, variables=from_)
    leaks = [name for name in found.variables if found[loss, name].kind is Kind.CONNECTED]
    if leaks:
        mend = "cut the path with tf.stop_gradient, or leave the variable out of the optimizer's list"
        raise LawBroken(_flow_text(f"{loss} leaks into {', '.join(leaks)}", found, loss, leaks, mend))


def assert_reaches(losses: Callable[..., Any], loss: str, *args: Any, variables: Sequence[Any]) -> None:
    """Assert that a gradient of a loss flows to some variables, by the structure of the graph.

    Args:
        losses: What returns the losses; see `gradcheck.flow`.
        loss: Name of the loss.
        args: What ``losses`` is called with.
        variables: Variables, names or globs that the loss must reach.

    Raises:
        LawBroken: No gradient flows; the message shows the table and what cuts the path.
        UsageError: The losses cannot be traced, or a name matches nothing.
    """
    found = flow(losses, *args, variables=variables)
    cut = [name for name in found.variables if found[loss, name].kind is not Kind.CONNECTED]
    if cut:
        mend = "mend the operations marked x; where there is none, the loss does not use the variable at all"
        raise LawBroken(_flow_text(f"{loss} does not reach {', '.join(cut)}", found, loss, cut, mend))


def _flow_text(claim: str, found: Flow, loss: str, names: Sequence[str], mend: str) -> str:
    told = "\n".join(found.explain(loss, name) for name in names)
    return f"{claim}\n{str(found).rstrip()}\n{told}\nto mend it: {mend}"


def assert_step(
    step: Callable[[], object],
    *,
    changes: Sequence[Any] = (),
    leaves: Sequence[Any] = (),
    steps: int = 1,
    read: Read | None = None,
) -> None:
    """Assert what a training step moves, and what it leaves as it was, bit for bit.

    Take at least two steps where an optimizer has momentum: what a first step leaves, a second may move.

    Args:
        step: Takes one step; called ``steps`` times.
        changes: Variables that must not be what they were when all steps are taken.
        leaves: Variables, or an optimizer's slots, that must be the same after each step.
        steps: How many steps to take.
        read: How a variable's value is read, such as ``session.run``; by ``variable.numpy()`` if not given.

    Raises:
        LawBroken: A variable moved or stood still against its list; the message names it, says by how
            much, and at which step.
        UsageError: There is nothing to watch, a variable is in both lists, or ``steps`` is below 1.
    """
    misses = find_misses(step, changes, leaves, steps=steps, read=read)
    if misses:
        raise LawBroken("a step does what it must not do\n" + "\n".join(misses))
