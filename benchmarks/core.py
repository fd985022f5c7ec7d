"""Measure the time per verified point: gradcheck and other checkers, side by side in one run.

gradcheck judges every law of gradients that applies to the seed's graph on the engine ``graph`` and
needs no other compiled engine, with every objective by every variable and the numeric check; drawing is part
of its time. Transforms are left out. The others check the gradients of two losses by three variables.

Everyone gets the same sizes, drawn from 2 to 8 and new in every repeat, and everyone takes turns, so
that a busy machine is as slow for all. Ratios are taken within a repeat; the median of the repeats
counts. JAX compiles anew for every size it meets: what is required of its ratio is required at new
sizes, and its time at sizes that it has seen before stands beside that.

Install what it compares with first: ``pip install -e '.[bench]'``.

Exit code: 0 every ratio that was measured is as required, 1 one is not.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np
from machine import describe_machine
from page import keep
from peers import PEERS, Timing
from rich.console import Console
from rich.table import Table

from gradcheck.backend import load
from gradcheck.engines import engines
from gradcheck.graph import DTYPES, Sizes, TwoHeadGraph
from gradcheck.laws import all_objectives, laws, only_when_named, takes_turns
from gradcheck.point import draw
from gradcheck.trial import Arena, Trial

ENGINE = "graph"
SMALLEST, LARGEST = 2, 8
STACKS = (256, 1024, 4096)
NOT_INSTALLED = "not installed"

# A process of its own, and a small one: a child's peak memory starts at its parent's.
METER = """
import json, resource, subprocess, sys, time
limit, *call = sys.argv[1:]
started = time.perf_counter()
try:
    code = subprocess.run(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=float(limit)).returncode
except subprocess.TimeoutExpired:
    code = None
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([seconds, peak * (1 if sys.platform == "darwin" else 1024), code]))
"""


# --- what is measured --------------------------------------------------------------------------


class Contender(Protocol):
    """Something that verifies points."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def dtype(self) -> str:
        """What it computes in."""

    @property
    def family(self) -> int:
        """Contenders of one family are given the same sizes."""

    def time(self, sizes: Sizes, seed: int) -> Timing:
        """Verify points of these sizes, different ones for every seed."""


@dataclass(frozen=True)
class Stack:
    """gradcheck, judging so many points at once."""

    dtype: str
    count: int
    family: int = 0

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"gradcheck, stacks of {self.count:,}"

    def time(self, sizes: Sizes, seed: int) -> Timing:
        """Draw points and judge every law at them; nothing is kept from other runs but traces."""
        gc.collect()
        started = time.perf_counter()
        broken = np.zeros(self.count, bool)
        for found in self._judge(sizes, seed):
            # Some laws look at the first points only.
            broken[: len(found)] |= found
        return Timing(time.perf_counter() - started, self.count, int(broken.sum()))

    def comparisons(self) -> int:
        """Return how many comparisons are made at every point."""
        sizes = dict.fromkeys(TwoHeadGraph().axes, SMALLEST)
        return len(self._judge(sizes, seed=0))

    def _judge(self, sizes: Sizes, seed: int) -> list[Any]:
        graph, engine = TwoHeadGraph(dtype=self.dtype), engines[ENGINE]
        trial = Trial(Arena(graph, draw(graph, sizes, self.count, seed=seed), all_objectives()), engine)
        # Transforms look at two points of a stack, whatever its size: they are no work per point.
        usual = [law for law in laws if not takes_turns(law) and only_when_named(law) is None]
        applying = [law for law in usual if law.why_not(graph, engine) is None]
        return [check.comparison.broken for law in applying for check in law.judge(trial)]


# --- measuring ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """One contender's repeats; the warm-up, tracing included, is kept apart."""

    name: str
    dtype: str
    warm_up: Timing
    repeats: tuple[Timing, ...]

    @property
    def microseconds(self) -> float:
        """Median time per point."""
        return median(repeat.microseconds for repeat in self.repeats)

    @property
    def range(self) -> str:
        """Quickest and slowest repeat."""
        found = [repeat.microseconds for repeat in self.repeats]
        return f"{min(found):,.0f} to {max(found):,.0f}"

    @property
    def total(self) -> Timing:
        """All repeats together."""
        return sum(self.repeats[1:], start=self.repeats[0])

    @property
    def flagged(self) -> str:
        """Alarms, of so many points."""
        total = self.total
        return "judges nothing" if total.flagged is None else f"{total.flagged:,} of {total.points:,}"

    def ratio(self, faster: Result) -> float:
        """Return how many times faster ``faster`` is: the median of the repeats' ratios."""
        pairs = zip(self.repeats, faster.repeats, strict=True)
        return median(slow.microseconds / fast.microseconds for slow, fast in pairs)


def draw_sizes(repeat: int, family: int, count: int) -> list[Sizes]:
    """Return combinations of sizes, the same for all of one family."""
    stream = random.Random(f"{repeat} {family}")
    return [{axis: stream.randint(SMALLEST, LARGEST) for axis in TwoHeadGraph().axes} for _ in range(count)]


def measure(contenders: Sequence[Contender], *, repeats: int, sizes: int, console: Console) -> list[Result]:
    """Let all contenders take turns; the first round warms up."""
    rounds: list[list[Timing]] = []
    for repeat in range(repeats + 1):
        with console.status(f"repeat {repeat} of {repeats}" if repeat else "warming up"):
            rounds.append([measure_once(contender, repeat, sizes) for contender in contenders])
    return [
        Result(contender.name, contender.dtype, warm_up, tuple(timings))
        for contender, (warm_up, *timings) in zip(contenders, zip(*rounds, strict=True), strict=True)
    ]


def measure_once(contender: Contender, repeat: int, sizes: int) -> Timing:
    """Verify at every combination of sizes that this repeat draws."""
    first, *others = (contender.time(one, seed=repeat) for one in draw_sizes(repeat, contender.family, sizes))
    return sum(others, start=first)


@dataclass(frozen=True)
class Command:
    """What one run of the console script took; ``why_not`` says why there is no figure."""

    name: str
    seconds: float | None = None
    peak_bytes: int | None = None
    exit_code: int | None = None
    why_not: str | None = None


def measure_command(*arguments: str, repeats: int = 1, timeout: float = 900) -> Command:
    """Measure wall time and peak memory of ``gradcheck`` with some arguments, in an empty folder."""
    name = " ".join(("gradcheck", *arguments))
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    script = shutil.which("gradcheck", path=places)
    if script is None:
        return Command(name, why_not="not measured: the console script is not installed")
    if find_spec("resource") is None:
        return Command(name, why_not="not measured: this system does not tell peak memory")
    call = [sys.executable, "-c", METER, str(timeout), script, *arguments]
    # verify writes what it finds into the current folder.
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            json.loads(subprocess.run(call, cwd=folder, check=True, capture_output=True).stdout) for _ in range(repeats)
        ]
    seconds, peaks, codes = zip(*runs, strict=True)
    if None in codes:
        return Command(name, why_not=f"not measured: still running after {timeout:g} s")
    return Command(name, median(seconds), max(peaks), max(codes))


# --- judging -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """How a peer compares with gradcheck in each dtype, and whether that is what is required."""

    peer: str
    required: float | None
    ratios: Mapping[str, float]

    @property
    def met(self) -> bool | None:
        """Whether gradcheck is as fast as required in every dtype; ``None`` where nobody asks."""
        if self.required is None or not self.ratios:
            return None
        return min(self.ratios.values()) >= self.required

    @property
    def words(self) -> str:
        """The same in words."""
        if not self.ratios:
            return NOT_INSTALLED
        return {None: "", True: "[green]met", False: "[red]not met"}[self.met]


def best_stacks(results: Sequence[Result]) -> dict[str, Result]:
    """Return the quickest stack of each dtype: a user chooses the stack, but not the dtype."""
    return {
        dtype: min((one for one in results if one.dtype == dtype), key=lambda one: one.microseconds) for dtype in DTYPES
    }


def judge(own: Sequence[Result], others: Mapping[str, Result]) -> list[Verdict]:
    """Compare every peer with the quickest stack of each dtype."""
    best = best_stacks(own)
    return [
        Verdict(
            peer.name,
            peer.required,
            {dtype: others[peer.name].ratio(stack) for dtype, stack in best.items()} if peer.name in others else {},
        )
        for peer in PEERS
    ]


# --- showing -----------------------------------------------------------------------------------


def describe_versions() -> dict[str, str]:
    """Return the version of everything that is measured."""
    packages = dict.fromkeys(("numpy", *(peer.package for peer in PEERS)))
    found = {name: importlib.import_module(name).__version__ if find_spec(name) else NOT_INSTALLED for name in packages}
    return {"python": platform.python_version(), **found}


def own_table(results: Sequence[Result], comparisons: Mapping[str, int]) -> Table:
    """Show gradcheck's own times."""
    table = Table(title=f"gradcheck: all laws of the seed's graph on engine {ENGINE}, per point", title_justify="left")
    for heading in ("", "dtype"):
        table.add_column(heading, no_wrap=True)
    for heading in ("median us", "range us", "comparisons", "flagged", "warm-up s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in results:
        time_ = f"{one.microseconds:,.0f}"
        count = f"{comparisons[one.dtype]}"
        table.add_row(one.name, one.dtype, time_, one.range, count, one.flagged, f"{one.warm_up.seconds:.1f}")
    return table


def peer_table(verdicts: Sequence[Verdict], others: Mapping[str, Result]) -> Table:
    """Show the peers' times, and how many times faster gradcheck's quickest stack is."""
    table = Table(title="Peers: both losses by all three variables, per point", title_justify="left")
    for heading in ("", "dtype"):
        table.add_column(heading, no_wrap=True)
    headings = ("median us", "range us", "flagged", *(f"x {dtype}" for dtype in DTYPES), "required")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for verdict in verdicts:
        required = f"{verdict.required:g}" if verdict.required else ""
        if verdict.peer not in others:
            table.add_row(verdict.peer, *[""] * (len(headings)), required, verdict.words)
            continue
        one = others[verdict.peer]
        ratios = [f"{verdict.ratios[dtype]:,.1f}" for dtype in DTYPES]
        time_ = f"{one.microseconds:,.0f}"
        table.add_row(one.name, one.dtype, time_, one.range, one.flagged, *ratios, required, verdict.words)
    table.caption = f"x: times faster gradcheck is, in stacks of its quickest size; sizes are {SMALLEST} to {LARGEST}."
    return table


def command_table(commands: Sequence[Command]) -> Table:
    """Show what the console script takes."""
    table = Table(title="Console script", title_justify="left")
    table.add_column("")
    for heading in ("wall s", "peak MB of a process", "exit code"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in commands:
        if one.seconds is None or one.peak_bytes is None:
            table.add_row(one.name, one.why_not)
        else:
            table.add_row(one.name, f"{one.seconds:.2f}", f"{one.peak_bytes / 1e6:,.0f}", str(one.exit_code))
    return table


def as_json(results: Sequence[Result], verdicts: Sequence[Verdict], commands: Sequence[Command]) -> dict[str, Any]:
    """Return everything that was measured as JSON values."""
    return {
        "machine": describe_machine(),
        "versions": describe_versions(),
        "results": [asdict(one) | {"microseconds": one.microseconds} for one in results],
        "verdicts": [asdict(one) | {"installed": bool(one.ratios), "met": one.met} for one in verdicts],
        "commands": [asdict(one) for one in commands],
    }


def page_figures(
    own: Sequence[Result], others: Mapping[str, Result], verdicts: Sequence[Verdict]
) -> list[dict[str, Any]]:
    """Return what the page shows: a row for gradcheck in each dtype, and one for each peer."""
    rows = [
        {"name": f"gradcheck, {one.name.partition(', ')[2]}", "dtype": one.dtype, "microseconds": one.microseconds,
         "flagged": one.flagged, "ratios": {}, "required": None, "met": None}
        for one in best_stacks(own).values()
    ]  # fmt: skip
    return rows + [
        {"name": verdict.peer, "dtype": others[verdict.peer].dtype, "microseconds": others[verdict.peer].microseconds,
         "flagged": others[verdict.peer].flagged, "ratios": dict(verdict.ratios), "required": verdict.required,
         "met": verdict.met}
        for verdict in verdicts if verdict.peer in others
    ]  # fmt: skip


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=5, help="rounds that count, after one that warms up")
    parser.add_argument("--sizes", type=int, default=4, help="combinations of sizes in each round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every timing as JSON")
    parser.add_argument("--page", action="store_true", help="write the figures into docs/performance.md")
    arguments = parser.parse_args()
    for name in ("repeats", "sizes"):
        if getattr(arguments, name) < 1:
            parser.error(f"{name} must be at least 1; found {getattr(arguments, name)}")
    return arguments


def main() -> int:
    """Measure, show and judge."""
    arguments, console = parse_arguments(), Console()
    # Stdout may be a file: a table must not fold its figures there.
    console.width = max(console.width, 160)
    load()
    for facts in (describe_machine(), describe_versions()):
        console.print(", ".join(f"{name} {fact}" for name, fact in facts.items()), highlight=False)
    commands = [measure_command("--help", repeats=arguments.repeats), measure_command("verify")]
    stacks = [Stack(dtype, count) for dtype in DTYPES for count in STACKS]
    peers = [peer for peer in PEERS if peer.installed]
    results = measure([*stacks, *peers], repeats=arguments.repeats, sizes=arguments.sizes, console=console)
    own, others = results[: len(stacks)], {one.name: one for one in results[len(stacks) :]}
    verdicts = judge(own, others)
    comparisons = {dtype: Stack(dtype, 1).comparisons() for dtype in DTYPES}
    for table in (own_table(own, comparisons), peer_table(verdicts, others), command_table(commands)):
        console.print(table, "")
    if arguments.page:
        keep("peers", page_figures(own, others, verdicts))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(results, verdicts, commands), indent=2) + "\n")
    return 1 if any(verdict.met is False for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
