"""Sweeps as they could have been, for reports: made of counts, without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Cause, Done, Log
from gradcheck.sweep.plan import MOST_POINTS, Plan, Span
from gradcheck.sweep.tally import Count, Tally, Worst, histogram

PLAN = Plan(2**12, seed=3, batch=2**6, points_a_graph=2**10, points_a_span=2**9)
ENVIRONMENT = {"tensorflow": "2.21.0", "gradcheck": "0.1.0"}
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>\u202e"


def count(*errors: float, start: int = 0, broken: int = 0, share: float = 0.5) -> Count:
    """Count points of such errors, the first of them at ``start``; where all are zero, bits were compared."""
    if not any(errors):
        return Count(len(errors), broken)
    found, numbers = np.array(errors, float), np.arange(start, start + len(errors))
    ulps = Worst.of(found, numbers)
    return Count(len(errors), broken, share=Worst(share, start), ulps=ulps, histogram=histogram(found))


def tally(start: int = 0, size: int = 2**9, **changed: Count) -> Tally:
    """Return what a span of an honest sweep counts: additivity with errors, presence with none."""
    errors = np.geomspace(0.1, 4.0 + start / 100, size)
    counts = {
        ("additivity", "graph", "float32"): count(*errors, start=start),
        ("presence", "graph", "float32"): count(*[0.0] * size, start=start),
    }
    counts |= {(name, "graph", "float32"): one for name, one in changed.items()}
    seconds = {"drawing": 1.0, "TensorFlow": 6.0, "judging": 3.0}
    not_applicable = {("leak", "graph", "head 2 does not read head 1"): size}
    return Tally(size, counts=counts, seconds=seconds, not_applicable=not_applicable)


def sweep(folder: Path, tallies: Iterable[Tally] = (), *causes: Cause, plans: tuple[Plan, ...] = (PLAN,)) -> Log:
    """Return a sweep's log of such spans, one after the other."""
    size = PLAN.points_a_span
    done = [Done(Span(i * size, (i + 1) * size), one) for i, one in enumerate(tallies)]
    return Log(folder, plans, (ENVIRONMENT,) * len(plans), done=done, causes={one.broken: one for one in causes})


def honest(folder: Path) -> Log:
    """Return a finished sweep in which all laws hold."""
    return sweep(folder, [tally(i * PLAN.points_a_span) for i in range(8)])


def cause(point: int, name: str = "one", words: str = "additivity broken on graph") -> Cause:
    """Return a cause first seen at a point."""
    return Cause(Broken(point, "additivity", "graph"), name, words, f"witness-{name}.json")


def broken(folder: Path) -> Log:
    """Return a sweep with a broken law, an engine that failed, a process that ended and not all points judged."""
    bad = tally(additivity=count(1.0, float("inf"), broken=1, share=float("inf")))
    bad.errors = {("xla", "InvalidArgumentError: no"): 7}
    log = sweep(folder, [bad, tally(512)], cause(1), cause(2000), cause(9, "two", "leak broken on graph"))
    log.done.append(Done(Span(4000, 4001), Tally(), killed="its process ended with exit code -11"))
    return log


def hostile(folder: Path) -> Log:
    """Return a sweep whose words are all a stranger's."""
    log = broken(folder)
    log.causes = {one.broken: one for one in [cause(1, words=HOSTILE)]}
    log.done[0].tally.errors = {(HOSTILE, HOSTILE): 1}
    log.done[0].tally.not_applicable = {(HOSTILE, HOSTILE, HOSTILE): 1}
    log.done[0].tally.counts[HOSTILE, HOSTILE, HOSTILE] = count(1.0)
    log.done[0].tally.seconds = {HOSTILE: 1.0}
    log.environments = ({HOSTILE: HOSTILE},)
    return log


def merged(folder: Path) -> Log:
    """Return two sweeps of other seeds, joined."""
    log = sweep(folder, [tally()], plans=(PLAN, Plan(2**12, seed=4, batch=2**6, points_a_graph=2**10)))
    log.done.append(Done(Span(MOST_POINTS, MOST_POINTS + 512), tally(MOST_POINTS)))
    return log
