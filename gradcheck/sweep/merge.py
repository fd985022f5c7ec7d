"""Joining sweeps: of one plan, computed in parts, or of several plans."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gradcheck.errors import UsageError
from gradcheck.sweep.ended import Ended
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.log import Cause, Done, Log, check_new, read, write
from gradcheck.sweep.once import once
from gradcheck.sweep.plan import MOST_POINTS, Plan, Span
from gradcheck.sweep.tally import Count, Tally, Worst


def merge(folders: Sequence[Path], out: Path) -> Log:
    """Write a folder that holds what several hold; points that several have judged are counted once, at their worst.

    Raises:
        UsageError: A folder holds no sweep, or ``out`` holds one or cannot be written.
    """
    # Sorted by all that they hold, so that the order in which they are named changes nothing.
    logs = sorted(map(read, folders), key=_text)
    plans = _longest(plan for log in logs for plan in log.plans)
    environments = {str(sorted(one.items())): one for log in logs for one in log.environments}
    check_new(out)
    merged = Log(out, plans, tuple(environments[text] for text in sorted(environments)))
    merged.done = once([list(_moved(log, plans)) for log in logs], plans)
    for log in logs:
        for cause in log.causes.values():
            broken = _of_broken(cause.broken, _shift(log, cause.broken.point, plans))
            merged.causes.setdefault(broken, replace(cause, broken=broken))
        _copy_witnesses(log, out)
    write(merged)
    return merged


def _longest(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """Return plans of which no two have the same points; of those that do, the one that goes on for longest."""
    found: dict[Plan, Plan] = {}
    for plan in plans:
        other = found.get(plan.endless, plan)
        found[plan.endless] = max(plan, other, key=lambda one: one.points or MOST_POINTS)
    return tuple(sorted(found.values(), key=lambda plan: (plan.seed, plan.name)))


def _text(log: Log) -> str:
    entries: tuple[Done | Cause, ...] = (*log.done, *log.causes.values())
    return str([log.plans, log.part, log.environments, [entry.to_json() for entry in entries]])


def _moved(log: Log, plans: Sequence[Plan]) -> Iterator[Done]:
    for done in log.done:
        yield _of_done(done, _shift(log, done.span.start, plans))


def _shift(log: Log, point: int, plans: Sequence[Plan]) -> int:
    """Return what is added to a point's number, so that it is of its plan's place among all."""
    place = point // MOST_POINTS
    (among_all,) = (i for i, plan in enumerate(plans) if plan.endless == log.plans[place].endless)
    return (among_all - place) * MOST_POINTS


def _of_done(done: Done, shift: int) -> Done:
    if not shift:
        return done
    counts = {key: _of_count(count, shift) for key, count in done.tally.counts.items()}
    tally: Tally = replace(done.tally, counts=counts)
    return Done(_of_span(done.span, shift), tally, tuple(_of_broken(one, shift) for one in done.broken), done.killed)


def _of_count(count: Count, shift: int) -> Count:
    def moved(worst: Worst) -> Worst:
        return worst if worst.point < 0 else replace(worst, point=worst.point + shift)

    return replace(count, share=moved(count.share), ulps=moved(count.ulps))


def _of_broken(broken: Broken, shift: int) -> Broken:
    stack = broken.stack and _of_span(broken.stack, shift)
    return replace(broken, point=broken.point + shift, stack=stack)


def _of_span(span: Span, shift: int) -> Span:
    return Span(span.start + shift, span.stop + shift)


def _copy_witnesses(log: Log, out: Path) -> None:
    for name in dict.fromkeys(_witnesses(log)):
        try:
            out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log.folder / name, out / name)
        except OSError as error:
            raise UsageError(f"cannot copy {log.folder / name} to {out}: {error.strerror}") from error


def _witnesses(log: Log) -> Iterator[str]:
    """Yield the names of all files that the log speaks of."""
    yield from (cause.witness for cause in log.causes.values() if cause.witness)
    for done in log.done:
        place, point = divmod(done.span.start, MOST_POINTS)
        ended = Ended(log.plans[place], point, done.killed, {})
        if done.killed and (log.folder / ended.name).exists():
            yield ended.name
