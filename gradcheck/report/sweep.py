"""What a person and a program read of a sweep."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gradcheck.graph import TwoHeadGraph
from gradcheck.report.sweep_outcome import judged_nowhere, outcome, proof_words
from gradcheck.sweep.ended import Ended
from gradcheck.sweep.log import Cause, Done, Log
from gradcheck.sweep.plan import MOST_POINTS
from gradcheck.sweep.tally import Count, Tally, Worst, bucket_names

_STYLES = {"safe": "green", "review": "bold yellow", "unsafe": "bold red"}
_PLACES = 24  # of the growth of the worst error


def print_sweep(log: Log, console: Console) -> None:
    """Print the table of laws, every cause, every error, and what was judged."""
    tally = log.tally
    if tally.counts:
        console.print(_table(tally))
        console.print(_LEGEND, style="dim")
    if proof := proof_words(tally):
        console.print(proof)
    for cause, count in causes(log):
        console.print(f"\n[bold red]{escape(cause.words)}[/]", soft_wrap=True)
        console.print(f"  first seen at  {where(log, cause.broken.point)}", soft_wrap=True)
        if count > 1:
            console.print(f"  seen           in {count} graphs")
        if cause.witness:
            console.print(f"  reproduce      {escape(replay(log.folder / cause.witness))}", soft_wrap=True)
    for (engine, message), number in tally.errors.items():
        console.print(f"\n[bold yellow]{escape(engine)} at {number:,} points: {escape(message)}[/]", soft_wrap=True)
    for sentence in judged_nowhere(log, tally):
        console.print(f"\n[bold yellow]{escape(sentence)}[/]", soft_wrap=True)
    for done in log.done:
        if file := ended_file(log, done):
            console.print(f"  reproduce      {escape(replay(file))}", soft_wrap=True)
    console.print("\n" + _closing(log, tally))


_LEGEND = (
    "points · worst error as a share of what rounding may do, and in units in the last place of the largest entry; "
    "identical: bit for bit, or by presence"
)


def _table(tally: Tally) -> Table:
    columns = sorted({(engine, dtype) for _, engine, dtype in tally.counts})
    table = Table(title="Laws", title_justify="left", header_style="bold", row_styles=["", "on grey7"])
    table.add_column("law", no_wrap=True)
    for engine, dtype in columns:
        table.add_column(f"{engine} {dtype}", justify="right", no_wrap=True)
    for law in dict.fromkeys(law for law, _, _ in tally.counts):
        cells = (tally.counts.get((law, *column)) for column in columns)
        table.add_row(law, *(cell_text(count) if count else "[dim]-[/]" for count in cells))
    return table


def cell_text(count: Count) -> str:
    """Return a cell's words: at how many points the law holds, and how close it came."""
    if count.broken:
        return f"[bold red]broken at {count.broken:,} of {count.judged:,}[/]"
    if not count.judged:
        return "[dim]-[/]"
    units = f" ({count.ulps.error:,.3g} ULP)" if count.in_units else ""
    found = f"{count.share.error:.2g}{units}" if units or count.share.error else "identical"
    return f"[green]{count.judged:,} · {found}[/]"


def causes(log: Log) -> list[tuple[Cause, int]]:
    """Return every cause, at its first point, and how often it was found."""
    ordered = sorted(log.causes.values(), key=lambda cause: (cause.name, cause.broken.point))
    found = []
    for _, same in groupby(ordered, key=lambda cause: cause.name):
        every = list(same)
        found.append((every[0], len(every)))
    return sorted(found, key=lambda one: one[0].broken.point)


def replay(file: Path) -> str:
    """Return the command that judges again what a file of the sweep keeps."""
    return f"gradcheck replay {shlex.quote(str(file))}"


def ended_file(log: Log, done: Done) -> Path | None:
    """Return the file that keeps a point at which a process ended, if the span is such a point."""
    if not done.killed or len(done.span) != 1:
        return None
    place, point = divmod(done.span.start, MOST_POINTS)
    file = log.folder / Ended(log.plans[place], point, done.killed, {}).name
    return file if file.exists() else None


def where(log: Log, number: int) -> str:
    """Say which point a number is, so that it can be drawn again."""
    plan, point = log.plans[number // MOST_POINTS], number % MOST_POINTS
    return f"point {point:,} of seed {plan.seed}: {_shape(plan.graph(point), plan.sizes(point))}"


def _shape(graph: TwoHeadGraph, sizes: Mapping[str, int]) -> str:
    return f"{graph.wiring.value}, {graph.dtype}, " + ", ".join(f"{axis} {size}" for axis, size in sizes.items())


def _closing(log: Log, tally: Tally) -> str:
    total = f" of {log.points:,}" if log.points and log.points != log.judged else ""
    graphs = len({graph_number(log, done.span.start) for done in log.done})
    words = [f"{log.judged:,}{total} points on {graphs:,} {'graph' if graphs == 1 else 'graphs'}"]
    words += [f"{tally.kinked:,} left out at kinks"] if tally.kinked else []
    words += [f"{tally.inexact:,} left out where no integers are exact"] if tally.inexact else []
    found = outcome(tally)
    told = f"[{_STYLES[found.style]}]{found.words[0].lower()}{found.words[1:]}[/]"
    return ", ".join([*words, told]) + f"; {shares_words(tally)}"


def shares_words(tally: Tally) -> str:
    """Return where the workers' time went."""
    total = sum(tally.seconds.values()) or 1.0
    shares = ", ".join(f"{100 * seconds / total:.0f} % {what}" for what, seconds in tally.seconds.items())
    return f"{total:,.0f} s of work: {shares}"


def graph_number(log: Log, number: int) -> tuple[int, int]:
    """Return which plan's which graph a point is of."""
    plan, point = divmod(number, MOST_POINTS)
    return plan, point // log.plans[plan].points_a_graph


class Largest(NamedTuple):
    """The largest errors so far: as a share of what is allowed, and in units in the last place."""

    share: float = 0.0
    ulps: float = 0.0


def growth(log: Log) -> Iterator[tuple[int, Mapping[tuple[str, str], Largest]]]:
    """Yield points so far, and the largest errors up to there by engine and dtype, at a few places."""
    worst: dict[tuple[str, str], Largest] = {}
    points = 0
    next_place = 1.0
    last = sum(len(done.span) for done in log.done)
    for done in log.done:
        points += len(done.span)
        for (_, engine, dtype), count in done.tally.counts.items():
            before = worst.get((engine, dtype), Largest())
            worst[engine, dtype] = Largest(max(before.share, count.share.error), max(before.ulps, count.ulps.error))
        if points >= next_place or points == last:
            yield points, dict(worst)
            next_place = points * max(1.2, last ** (1 / _PLACES))


def to_json(log: Log) -> dict[str, Any]:
    """Return everything as JSON values."""
    tally = log.tally
    return {
        "format": "gradcheck-sweep-report",
        "version": 2,
        "plans": [plan.to_json() for plan in log.plans],
        "environments": [dict(one) for one in log.environments],
        "points": log.judged,
        "planned": log.points,
        "kinked": tally.kinked,
        "inexact": tally.inexact,
        "buckets": list(bucket_names()),
        "laws": [
            {"law": law, "engine": engine, "dtype": dtype, **count.to_json()}
            | {"worst": _worst_json(log, count.share), "worst_ulps": _worst_json(log, count.ulps)}
            for (law, engine, dtype), count in tally.counts.items()
        ],
        "not_applicable": [
            {"law": law, "engine": engine, "reason": reason, "points": number}
            for (law, engine, reason), number in tally.not_applicable.items()
        ],
        "errors": [{"engine": e, "message": message, "points": n} for (e, message), n in tally.errors.items()],
        "causes": [
            {"words": cause.words, "point": cause.broken.point, "found": n, "witness": cause.witness}
            for cause, n in causes(log)
        ],
        "growth": [
            {"points": points, "worst": [_largest_json(*key, largest) for key, largest in worst.items()]}
            for points, worst in growth(log)
        ],
        "seconds": tally.seconds,
    }


def _worst_json(log: Log, worst: Worst) -> dict[str, Any] | None:
    if worst.point < 0:
        return None
    plan, point = log.plans[worst.point // MOST_POINTS], worst.point % MOST_POINTS
    return {
        "error": _finite(worst.error),
        "point": point,
        "seed": plan.seed,
        "graph": plan.graph(point).to_json(),
        "sizes": dict(plan.sizes(point)),
    }


def _largest_json(engine: str, dtype: str, largest: Largest) -> dict[str, Any]:
    return {"engine": engine, "dtype": dtype, "share": _finite(largest.share), "ulps": _finite(largest.ulps)}


def _finite(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
