"""Sweeps as they could have been, for reports: made of counts, without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from baseline.every_kind import HOSTILE
from gradcheck.report.sweep_page import sweep_page
from gradcheck.sweep.ended import Ended
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Cause, Done, Log
from gradcheck.sweep.plan import MOST_POINTS, Plan, Span
from gradcheck.sweep.tally import Count, Tally, Worst, histogram
from report.parsed import ParsedPage

PLAN = Plan(2**12, seed=3, batch=2**6, points_a_graph=2**10, points_a_span=2**9)
OTHER = Plan(2**12, seed=4, batch=2**6, points_a_graph=2**10, points_a_span=2**9)
ENVIRONMENT = {"tensorflow": "2.21.0", "gradcheck": "0.1.0"}
ENDED = "its process ended with exit code -11"
ENGINES = ("eager", "forward", "graph", "numeric", "v1", "xla")


def text_of(log: Log) -> str:
    """Return what the page of a sweep says."""
    return ParsedPage(sweep_page(log)).text


def count(*errors: float, start: int = 0, broken: int = 0, share: float = 0.5) -> Count:
    """Count points of such errors, the first of them at ``start``; where all are zero, bits were compared."""
    if not any(errors):
        return Count(len(errors), broken, share=Worst(np.inf, start) if broken else Worst())
    found, numbers = np.array(errors, float), np.arange(start, start + len(errors))
    ulps = Worst.of(found, numbers)
    return Count(len(errors), broken, share=Worst(share, start), ulps=ulps, histogram=histogram(found))


def tally(start: int = 0, size: int = 2**9, **changed: Count) -> Tally:
    """Return what a span of an honest sweep counts: additivity with errors, presence with none."""
    errors = np.geomspace(0.1, 4.0 + start % MOST_POINTS / 100, size)
    counts = {
        ("additivity", "graph", "float32"): count(*errors, start=start),
        ("presence", "graph", "float32"): count(*[0.0] * size, start=start),
    }
    counts |= {(name, "graph", "float32"): one for name, one in changed.items()}
    seconds = {"drawing": 1.0, "TensorFlow": 6.0, "judging": 3.0}
    not_applicable = {("leak", "graph", "head 2 does not read head 1"): size}
    return Tally(size, counts=counts, seconds=seconds, not_applicable=not_applicable)


def sweep(folder: Path, tallies: Iterable[Tally] = (), *causes: Cause, plans: Sequence[Plan] = (PLAN,)) -> Log:
    """Return a sweep's log of such spans, one after the other."""
    size = PLAN.points_a_span
    done = [Done(Span(i * size, (i + 1) * size), one) for i, one in enumerate(tallies)]
    return Log(folder, tuple(plans), (ENVIRONMENT,) * len(plans), done=done, causes={one.broken: one for one in causes})


def honest(folder: Path) -> Log:
    """Return a finished sweep in which all laws hold."""
    return sweep(folder, [tally(i * PLAN.points_a_span) for i in range(8)])


def cause(point: int, name: str = "one", words: str = "additivity broken on graph") -> Cause:
    """Return a cause first seen at a point."""
    return Cause(Broken(point, "additivity", "graph"), name, words, f"witness-{name}.json")


def ended(folder: Path, point: int, plan: Plan = PLAN, shift: int = 0) -> Done:
    """Return a point at which a process ended, and keep it as a sweep does."""
    Ended(plan, point, ENDED, {}).save(folder)
    number = point + shift
    return Done(Span(number, number + 1), Tally(errors={("graph", ENDED): 1}), killed=ENDED)


def broken(folder: Path) -> Log:
    """Return a sweep with broken laws, an engine that failed, a process that ended and not all points judged."""
    additivity = count(1.0, float("inf"), broken=1, share=float("inf"))
    bad = tally(additivity=additivity, unconnected=count(*[0.0] * 5, broken=2))
    bad.errors = {("xla", "InvalidArgumentError: no"): 7}
    log = sweep(folder, [bad, tally(512)], cause(1), cause(2000), cause(9, "two", "unconnected broken on graph"))
    log.done.append(ended(folder, 4000))
    return log


def hostile(folder: Path) -> Log:
    """Return a sweep whose words are all a stranger's."""
    log = broken(folder)
    log.causes = {one.broken: one for one in (cause(i, f"{i}", words) for i, words in enumerate(HOSTILE))}
    first = log.done[0].tally
    first.errors = {(words, words): 1 for words in HOSTILE}
    first.not_applicable = {(words, words, words): 1 for words in HOSTILE}
    first.counts |= {(words, words, words): count(1.0) for words in HOSTILE}
    first.seconds = dict.fromkeys(HOSTILE, 1.0)
    log.environments = ({words: words for words in HOSTILE}, {"gradcheck": HOSTILE[0]})
    return log


def merged(folder: Path) -> Log:
    """Return two sweeps of other seeds, joined; a process ended in the second."""
    log = sweep(folder, [tally()], plans=(PLAN, OTHER))
    log.done.append(Done(Span(MOST_POINTS, MOST_POINTS + 512), tally(MOST_POINTS)))
    log.done.append(ended(folder, 700, OTHER, MOST_POINTS))
    log.environments = (ENVIRONMENT, {"tensorflow": "2.20.0", "gradcheck": "0.1.0"})
    return log


def exact(folder: Path, **broken: Count) -> Log:
    """Return an exact sweep: no errors, and a doubt for each law."""
    plan = Plan(2**12, seed=3, exact=True, dtypes=("float64",), batch=2**6, points_a_graph=2**10, points_a_span=2**9)
    bits = {"additivity": 300.0, "linearity": 300.0, "batched": 12.7}
    counts = {law: replace(count(*[0.0] * 448), doubt_bits=m) for law, m in bits.items()} | broken
    found = Tally(512, inexact=64, counts={(law, "graph", "float64"): one for law, one in counts.items()})
    return sweep(folder, [found], plans=(plan,))


def wide(folder: Path) -> Log:
    """Return a sweep on six engines in two dtypes, by laws of long names."""
    keys = [(law, engine, dtype) for law in ("additivity", "cotangent-linearity", "presence") for engine in ENGINES
            for dtype in ("float32", "float64")]  # fmt: skip
    found = {}
    for place, key in enumerate(keys):
        errors = [0.0] * 500 if key[0] == "presence" else np.geomspace(0.1, 3.0 ** (1 + place % 12), 500)
        found[key] = count(*errors, share=0.08 * (1 + place % 12))
    return sweep(folder, [Tally(512, counts=found, seconds={"TensorFlow": 7.0})])


def vast(folder: Path) -> Log:
    """Return a sweep of more points than anybody has time for, with errors as large as can be drawn."""
    keys = [("cotangent-linearity", engine, "float64") for engine in ENGINES]
    found = {key: count(*np.geomspace(0.1, 9_999_999.0, 500), broken=1, share=1e14) for key in keys}
    found[keys[0]].ulps = Worst(3e15, 7)
    for one in found.values():
        one.judged, one.histogram = 999_999_999_999, one.histogram * 1_999_999_999
    return sweep(folder, [Tally(999_999_999_999, counts=found, seconds={"TensorFlow": 1e9})])
