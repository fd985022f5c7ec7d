"""The tables of the page of a sweep: laws, where they do not apply, environments, plans and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcheck.laws import laws
from gradcheck.report.sweep import where
from gradcheck.report.sweep_words import count_units, counted, share_words
from gradcheck.sweep.log import Log
from gradcheck.sweep.plan import Plan
from gradcheck.sweep.tally import Count, Key, Tally, Worst


@dataclass(frozen=True)
class Cell:
    """One law on one engine in one dtype: at how many points it was judged, and what was found."""

    style: str
    points: str
    found: Sequence[str]


@dataclass(frozen=True)
class Row:
    """Everything that is counted of one law on one engine in one dtype."""

    law: str
    where: str
    numbers: Sequence[int]
    share: str
    share_at: str
    units: str
    units_at: str


def columns_of(tally: Tally) -> list[tuple[str, str]]:
    """Return every engine and dtype."""
    return sorted({(engine, dtype) for _, engine, dtype in tally.counts})


def law_rows(tally: Tally) -> list[tuple[str, list[Cell]]]:
    """Return the laws, each with a cell for each engine and dtype."""
    columns = columns_of(tally)
    names = dict.fromkeys(law for law, _, _ in tally.counts)
    return [(law, [_cell(tally.counts.get((law, *column))) for column in columns]) for law in names]


def _cell(count: Count | None) -> Cell:
    if count is None or not count.judged:
        return Cell("missing", "–", ["not judged"])
    points = f"{count.judged:,}"
    if count.broken:
        return Cell("unsafe", points, [f"✗ broken at {count.broken:,}", *_errors(count)])
    return Cell("safe", points, _marked(_errors(count)) if has_error(count) else ["✓ no error"])


def _marked(lines: Sequence[str]) -> list[str]:
    return [f"✓ {lines[0]}", *lines[1:]]


def _errors(count: Count) -> list[str]:
    return [share_words(count.share.error), *([count_units(count.ulps.error)] if count.in_units else [])]


def has_error(count: Count) -> bool:
    """Whether some point has an error, or breaks the law."""
    return bool(count.broken or count.share.error or count.histogram[1:].any())


def without_error(counts: Mapping[Key, Count]) -> list[str]:
    """Return the laws that hold without any error wherever they were judged."""
    judged = {law for (law, _, _), count in counts.items() if count.judged}
    return sorted(judged - {law for (law, _, _), count in counts.items() if has_error(count)})


def not_drawn(counts: Mapping[Key, Count], drawn: Sequence[str]) -> list[str]:
    """Return the laws of which some point has an error, but none that is counted in units in the last place."""
    return sorted({law for (law, _, _), count in counts.items() if has_error(count)} - {*drawn})


def full_rows(log: Log, tally: Tally) -> list[Row]:
    """Return everything that is counted, with the worst points."""
    return [_row(log, key, count) for key, count in tally.counts.items()]


def _row(log: Log, key: Key, count: Count) -> Row:
    law, engine, dtype = key
    numbers = (count.judged, count.broken, count.left_out, count.ill_conditioned)
    units = count_units(count.ulps.error) if count.in_units else "–"
    share = share_words(count.share.error)
    return Row(law, f"{engine} {dtype}", numbers, share, _at(log, count.share), units, _at(log, count.ulps))


def _at(log: Log, worst: Worst) -> str:
    return where(log, worst.point) if worst.point >= 0 else "–"


def sentences(tally: Tally) -> list[tuple[str, str, str]]:
    """Return what each law says, in words and as an equation; of laws that are not installed here, nothing."""
    names = dict.fromkeys(law for law, _, _ in tally.counts)
    return [(name, laws[name].sentence, laws[name].equation) for name in names if name in laws]


def reasons(tally: Tally) -> list[tuple[str, str, str, int]]:
    """Return why laws were not judged on an engine, and at how many points: law, engine, reason, points."""
    return sorted((law, engine, reason, points) for (law, engine, reason), points in tally.not_applicable.items())


def shares(tally: Tally) -> list[tuple[str, float, int]]:
    """Return on what the workers' time went: seconds, and percent."""
    total = sum(tally.seconds.values()) or 1.0
    return [(what, seconds, round(100 * seconds / total)) for what, seconds in tally.seconds.items()]


def environment_rows(environments: Sequence[Mapping[str, str]]) -> list[tuple[str, bool, list[str]]]:
    """Return each name, whether its values differ, and its values; those that differ come first."""
    names = dict.fromkeys(name for one in environments for name in one)
    rows = [(name, [str(one.get(name, "not set")) for one in environments]) for name in names]
    return sorted(((name, len(set(values)) > 1, values) for name, values in rows), key=lambda row: not row[1])


def plan_words(plan: Plan) -> str:
    """Say what a plan judges."""
    points = counted(plan.points, "point") if plan.points else "As many points as there was time for"
    chosen = f"laws {', '.join(plan.laws)}" if plan.laws else "all laws but those that trace for themselves"
    exact = ", exact at integers" if plan.exact else ""
    on = f"on {', '.join(plan.engines)}, in {', '.join(plan.dtypes)}{exact}"
    turns = f"a new graph every {plan.points_a_graph:,} points, new sizes every {plan.batch:,}"
    return f"{points} of seed {plan.seed}, {on}; {chosen}; {turns}"
