"""How far a sweep is: a bar on a terminal; elsewhere, as in the log of a nightly job, a line a minute."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from gradcheck.cli.shared import console

if TYPE_CHECKING:
    from gradcheck.sweep.run import Seen

_EVERY = 60.0  # seconds


@contextmanager
def showing() -> Iterator[Callable[[Seen], None]]:
    """Show points, points a second, violations, the time left and the memory of a worker."""
    if not sys.stderr.isatty():
        yield line_a_minute()
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as shown:
        task = shown.add_task("starting workers, each of which imports TensorFlow", total=None)

        def show(seen: Seen) -> None:
            if seen.fresh:
                shown.update(task, description=_words(seen, "[red]", "[/]"), total=seen.total, completed=seen.points)

        yield show


def line_a_minute() -> Callable[[Seen], None]:
    """Return what writes to stderr how far a sweep is whenever another minute is over."""
    minutes = 0.0

    def show(seen: Seen) -> None:
        nonlocal minutes
        if seen.seconds // _EVERY > minutes:
            minutes = seen.seconds // _EVERY
            typer.echo(f"{_words(seen)}{_left(seen)}", err=True)

    return show


def _words(seen: Seen, red: str = "", plain: str = "") -> str:
    broken = f"{red}{seen.broken:,} broken, {seen.causes} causes{plain}" if seen.broken else "0 broken"
    return f"{seen.points:,} points, {seen.rate:,.0f}/s, {broken}, {seen.memory / 2**20:,.0f} MiB"


def _left(seen: Seen) -> str:
    if seen.total is None or not seen.fresh:
        return ""
    return f", {timedelta(seconds=round((seen.total - seen.points) / seen.rate))} left"
