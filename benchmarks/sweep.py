"""Measure how many points a second a sweep judges, and what share of the time is TensorFlow's.

The seed's graph, eight examples, every other size from 1 to 8, all laws that a sweep judges at every point, drawing
included. Beside it runs a bare loop: the same gradients of the same objectives from the same ``tf.function``, in the
same stacks, on inputs that are ready. Both take turns, so that a busy machine is as slow for both; shares are taken
within a turn, and the median counts.

Exit code: 0 the share and the gain of a second worker are as required, 1 one is not.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from page import keep
from rich.console import Console
from rich.table import Table

from gradcheck.backend import load, tf
from gradcheck.engines import engines
from gradcheck.engines._program import input_ranks, typed
from gradcheck.engines.graph import _program
from gradcheck.golden import SEED_GRAPH
from gradcheck.graph import DTYPES, Sizes
from gradcheck.point import draw
from gradcheck.sweep.judge import Judged, judge_batch
from gradcheck.sweep.log import create
from gradcheck.sweep.plan import Batch, Plan, Span
from gradcheck.sweep.run import Seen, Sweep
from gradcheck.sweep.stack import objectives_of
from gradcheck.sweep.task import prepare
from gradcheck.sweep.workers import _TASKS, Local

REQUIRED_SHARE = 0.6
REQUIRED_GAIN = 1.7
ASKED = {"float32": 200_000, "float64": 120_000}  # points a second on two cores
BATCH = 2**13
BATCHES = (2**9, 2**11, BATCH, 2**15)
SIZES = (2, 4, 8)
TURNS = 5
ONE_GRAPH = 2**40
SPAN = 2**20
SPANS = _TASKS - 1  # of each worker, where workers are counted: after one more it is replaced, and traces again


@dataclass(frozen=True)
class Rate:
    """Points a second of one process with one thread: a sweep's, and a bare loop's of the same gradients."""

    what: str
    dtype: str
    batch: int
    swept: float
    bare: float
    share: float
    parts: Mapping[str, float]


def measure(what: str, plan: Plan, sizes: Sequence[Sizes], console: Console) -> Rate:
    """Let both judge or differentiate the same sizes in turn."""
    graph = SEED_GRAPH.changed(dtype=plan.dtypes[0])
    # Not from the first stack on: in that one, laws that ask for more have their turn.
    starts = range(plan.batch, (len(sizes) + 1) * plan.batch, plan.batch)
    batches = [Batch(graph, one, Span(start, start + plan.batch)) for start, one in zip(starts, sizes, strict=True)]
    bare = [bare_loop(plan, batch) for batch in batches]
    sweep_once(plan, batches)  # traces, and measures rounding once
    turns = []
    for turn in range(TURNS):
        with console.status(f"{what}, {plan.dtypes[0]}, turn {turn + 1} of {TURNS}"):
            started = time.perf_counter()
            judged = sweep_once(plan, batches)
            middle = time.perf_counter()
            for loop in bare:
                loop()
            turns.append((middle - started, time.perf_counter() - middle, judged))
    points = plan.batch * len(batches)
    seconds = judged.tally.seconds
    return Rate(
        what,
        plan.dtypes[0],
        plan.batch,
        points / median(swept for swept, _, _ in turns),
        points / median(loop for _, loop, _ in turns),
        median(loop / swept for swept, loop, _ in turns),
        {name: part / sum(seconds.values()) for name, part in seconds.items()},
    )


def sweep_once(plan: Plan, batches: Sequence[Batch]) -> Judged:
    """Draw and judge every batch once."""
    judged = Judged(Span(0, 1))
    for batch in batches:
        judge_batch(plan, batch, judged)
    assert not judged.broken, judged.broken
    return judged


def bare_loop(plan: Plan, batch: Batch) -> Callable[[], None]:
    """Return a call that takes the same gradients at points which are drawn already."""
    objectives = objectives_of(plan)
    points = draw(batch.graph, batch.sizes, plan.batch, seed=plan.seed, start=batch.span.start)
    program = _program(batch.graph, objectives, stacked=True)
    values = typed(batch.graph, points.values)
    inputs = [tf.constant(values[name]) for name in input_ranks(batch.graph)]

    def loop() -> None:
        for name, variable in program._variables.items():
            variable.assign(values[name])
        program._call(*inputs)

    return loop


def random_sizes(count: int) -> list[Sizes]:
    """Return combinations of sizes from 1 to 8, with eight examples."""
    stream = random.Random(0)
    return [{axis: 8 if axis == "batch" else stream.randint(1, 8) for axis in SEED_GRAPH.axes} for _ in range(count)]


def equal_sizes(size: int) -> list[Sizes]:
    """Return eight examples and one size for all else."""
    return [{axis: 8 if axis == "batch" else size for axis in SEED_GRAPH.axes}]


def plan_of(dtype: str, batch: int = BATCH, laws: tuple[str, ...] = ()) -> Plan:
    """Return a plan of the seed's graph alone; laws that ask for more than its gradients never have their turn."""
    return Plan(None, 1, ("graph",), laws, (dtype,), batch=batch, points_a_graph=ONE_GRAPH, points_a_span=ONE_GRAPH)


def rates(console: Console) -> list[Rate]:
    """Measure by dtype, by stack, by size and by law."""
    found = [measure("sizes up to 8", plan_of(dtype), random_sizes(7), console) for dtype in DTYPES]
    for batch in BATCHES:
        found.append(measure(f"stacks of {batch:,}", plan_of("float32", batch), random_sizes(4), console))
    for size in SIZES:
        found.append(measure(f"all sizes {size}", plan_of("float32"), equal_sizes(size), console))
    for law in ("addition", "additivity", "linearity", "product", "cotangent-linearity"):
        found.append(measure(f"{law} alone", plan_of("float32", laws=(law,)), random_sizes(4), console))
    return found


@dataclass(frozen=True)
class Scaling:
    """What so many workers do together, once all of them are warm.

    Attributes:
        onednn: Whether TensorFlow uses oneDNN's kernels where it does so by default; they are compiled for each size.
    """

    workers: int
    dtype: str
    onednn: bool
    rate: float

    @property
    def name(self) -> str:
        """What is counted, in words."""
        kernels = "" if self.onednn else " without oneDNN"
        return f"{self.workers} worker{'' if self.workers == 1 else 's'}, {self.dtype}{kernels}"


def scale(workers: int, dtype: str, onednn: bool, points: int) -> Scaling:
    """Sweep the seed's graph with so many processes, and count from when each has come back with something."""
    seen: list[Seen] = []
    plan = Plan(points * workers, 1, dtypes=(dtype,), batch=BATCH, points_a_graph=ONE_GRAPH, points_a_span=SPAN)
    kept = {} if onednn else {"TF_ENABLE_ONEDNN_OPTS": "0"}
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, kept), Local(workers) as local:
        Sweep(create(Path(folder) / "sweep", plan), local, show=seen.append).run()
    warm = [one for one in seen if one.fresh >= workers * SPAN]
    first, last = warm[0], warm[-1]
    return Scaling(workers, dtype, onednn, (last.fresh - first.fresh) / (last.seconds - first.seconds))


def scalings(points: int) -> Iterator[Scaling]:
    """Count workers: one, two and as many as there are processors; as TensorFlow comes, and without oneDNN."""
    for workers in sorted({1, 2, os.cpu_count() or 1}):
        yield scale(workers, "float32", True, points)
    for dtype, onednn in (("float64", True), ("float32", False), ("float64", False)):
        yield scale(2, dtype, onednn, points)


def rate_table(found: Sequence[Rate]) -> Table:
    """Show the rates."""
    table = Table(title="Points a second of one process", title_justify="left")
    for heading in ("", "dtype"):
        table.add_column(heading)
    for heading in ("stack", "sweep", "bare TensorFlow", "share", "drawing", "TensorFlow", "judging"):
        table.add_column(heading, justify="right")
    for one in found:
        parts = (f"{100 * one.parts.get(name, 0):.0f} %" for name in ("drawing", "TensorFlow", "judging"))
        table.add_row(
            one.what,
            one.dtype,
            f"{one.batch:,}",
            f"{one.swept:,.0f}",
            f"{one.bare:,.0f}",
            f"{100 * one.share:.0f} %",
            *parts,
        )
    return table


def as_json(found: Sequence[Rate], scaling: Sequence[Scaling]) -> dict[str, Any]:
    """Return what was measured as JSON values."""
    return {
        "rates": [asdict(one) for one in found],
        "scaling": [{"name": one.name, **asdict(one)} for one in scaling],
        "asked": ASKED,
        "required_share": REQUIRED_SHARE,
        "required_gain": REQUIRED_GAIN,
    }


def main() -> int:
    """Measure, show and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--points", type=int, default=SPANS * SPAN, help="points of each worker, where workers are counted"
    )
    parser.add_argument("--page", action="store_true", help="write the figures into docs/performance.md")
    arguments, console = parser.parse_args(), Console()
    console.width = max(console.width, 140)
    load()
    prepare()
    assert engines["graph"]
    found = rates(console)
    console.print(rate_table(found))
    scaling = []
    for one in scalings(arguments.points):
        scaling.append(one)
        console.print(f"{one.name}: {one.rate:,.0f} points a second, {one.rate / scaling[0].rate:.2f} of the first")
    if arguments.page:
        keep("sweep", as_json(found, scaling))
    shares = [one.share for one in found if one.what == "sizes up to 8"]
    gains = [
        one.rate / scaling[0].rate for one in scaling if one.workers == 2 and one.dtype == "float32" and one.onednn
    ]
    return 0 if min(shares) >= REQUIRED_SHARE and min(gains) >= REQUIRED_GAIN else 1


if __name__ == "__main__":
    sys.exit(main())
