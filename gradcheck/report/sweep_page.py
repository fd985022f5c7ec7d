"""A sweep as one HTML page that needs nothing else: no network, and no JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradcheck.report.page import render_page
from gradcheck.report.sweep import causes, graph_number, proof_words, where
from gradcheck.report.sweep_picture import draw_growth, histograms
from gradcheck.sweep.log import Log
from gradcheck.sweep.plan import Plan
from gradcheck.sweep.tally import Count, Tally


def sweep_page(log: Log) -> str:
    """Return a page about a sweep, finished or not; whatever its folder holds is escaped."""
    tally = log.tally
    columns = sorted({(engine, dtype) for _, engine, dtype in tally.counts})
    pictures = histograms(tally.counts)
    drawn = {(picture.law, picture.where) for picture in pictures}
    return render_page(
        "sweep.html.jinja", ("page.css", "sweep.css"), verdict=_verdict(tally), numbers=_numbers(log, tally),
        causes=[(one, where(log, one.broken.point), found, _replay(log, one.witness)) for one, found in causes(log)],
        errors=list(tally.errors.items()), ended=list(_ended(log)), columns=[" ".join(column) for column in columns],
        laws=_laws(tally, columns), worst=_worst(log, tally), pictures=pictures, growth=draw_growth(log), number=number,
        infinity=np.inf,
        alike=[key for key in ((law, f"{engine} {dtype}") for law, engine, dtype in tally.counts) if key not in drawn],
        proof=proof_words(tally) if tally.bits else "", reasons=_reasons(tally), shares=_shares(tally),
        environments=log.environments, commands=[_command(log, plan) for plan in log.plans],
        made_by=str(log.environments[-1].get("gradcheck", "")) if log.environments else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What became of the sweep: a style, a mark and words."""

    style: str
    mark: str
    words: str


def _verdict(tally: Tally) -> Verdict:
    if tally.broken:
        return Verdict("unsafe", "✗", f"broken at {tally.broken:,} {'point' if tally.broken == 1 else 'points'}")
    if tally.errors:
        return Verdict("review", "!", "an engine failed")
    return Verdict("safe", "✓", "all laws hold") if tally.points else Verdict("review", "…", "nothing is judged yet")


def _numbers(log: Log, tally: Tally) -> list[tuple[str, str]]:
    graphs = len({graph_number(log, done.span.start) for done in log.done})
    judged = sum(count.judged for count in tally.counts.values())
    found = [
        (f"{log.judged:,}", f"points of {log.points:,}" if log.points and log.points != log.judged else "points"),
        (f"{graphs:,}", "graphs"),
        (f"{len({law for law, _, _ in tally.counts}):,}", "laws"),
        (f"{judged:,}", "verdicts"),
        (f"{tally.broken:,}", "broken"),
    ]
    found += [(f"{tally.kinked:,}", "points left out at kinks")] if tally.kinked else []
    found += [(f"{tally.inexact:,}", "points left out where no integers are exact")] if tally.inexact else []
    return found


def _replay(log: Log, witness: str) -> str:
    return f"gradcheck replay {log.folder / Path(witness).name}" if witness else ""


def _ended(log: Log) -> Sequence[tuple[str, str]]:
    """Return where a process ended, and how."""
    single = [done for done in log.done if done.killed and len(done.span) == 1]
    return [(where(log, done.span.start), done.killed) for done in single]


@dataclass(frozen=True)
class Cell:
    """One law on one engine in one dtype."""

    style: str
    points: str
    found: str


def _laws(tally: Tally, columns: Sequence[tuple[str, str]]) -> list[tuple[str, list[Cell]]]:
    laws = dict.fromkeys(law for law, _, _ in tally.counts)
    return [(law, [_cell(tally.counts.get((law, *column))) for column in columns]) for law in laws]


def _cell(count: Count | None) -> Cell:
    if count is None or not count.judged:
        return Cell("missing", "–", "not judged")
    if count.broken:
        return Cell("unsafe", f"{count.judged:,}", f"✗ broken at {count.broken:,}")
    if not (count.histogram.sum() or count.share.error):
        return Cell("safe", f"{count.judged:,}", "✓ identical")
    return Cell("safe", f"{count.judged:,}", f"✓ {count.share.error:.0%} of what is allowed")


def _worst(log: Log, tally: Tally) -> list[tuple[str, str, str, str, str]]:
    """Return the worst point of each law: law, engine and dtype, share, units, and where."""
    return [
        (law, f"{engine} {dtype}", number(count.share.error), number(count.ulps.error), where(log, count.share.point))
        for (law, engine, dtype), count in tally.counts.items()
        if count.share.point >= 0
    ]


def number(error: float) -> str:
    """Return an error in words: three places, and none of them lost in a power of ten."""
    if not np.isfinite(error):
        return "not comparable"
    return f"{error:,.0f}" if error >= 100 else f"{error:.3g}"


def _reasons(tally: Tally) -> list[tuple[str, str, str, int]]:
    return sorted((reason, law, engine, points) for (law, engine, reason), points in tally.not_applicable.items())


def _shares(tally: Tally) -> list[tuple[str, float, int]]:
    """Return on what the workers' time went: seconds, and percent."""
    total = sum(tally.seconds.values()) or 1.0
    return [(what, seconds, round(100 * seconds / total)) for what, seconds in tally.seconds.items()]


def _command(log: Log, plan: Plan) -> str:
    words = ["gradcheck sweep", f"--points {plan.points}" if plan.points else "--time 1h", f"--seed {plan.seed}"]
    words += [f"--engine {name}" for name in plan.engines] + [f"--law {name}" for name in plan.laws]
    words += [f"--dtype {name}" for name in plan.dtypes] + (["--exact"] if plan.exact else [])
    words += [f"--part {log.part[0]}/{log.part[1]}"] if log.part != (1, 1) else []
    return " ".join([*words, "--out again"])
