"""What the commands share: a console, progress while TensorFlow is imported, and mistakes as one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gradcheck.errors import GradcheckError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

Optimizers = Annotated[
    list[str] | None,
    typer.Option("--optimizer", help="Train with this optimizer alone, such as keras.Adam; may be repeated."),
]


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """Show what is being done while TensorFlow is imported and used."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    nobody_looks = not sys.stderr.isatty()
    with Progress(*columns, console=console(stderr=True), transient=True, disable=nobody_looks) as shown:
        task = shown.add_task("importing TensorFlow", total=1.0)
        import_quietly()
        yield lambda what, share: shown.update(task, description=what, completed=share)


def console(*, stderr: bool = False) -> Console:
    """Return where a person reads: as wide as the terminal, and wide enough for whole tables elsewhere."""
    from rich.console import Console

    terminal = sys.stderr.isatty() if stderr else sys.stdout.isatty()
    # A file or a pipe gets the whole table, however narrow its default width.
    return Console(stderr=stderr, width=None if terminal else 140, highlight=False)


def import_quietly() -> None:
    """Import TensorFlow without its start-up messages."""
    from gradcheck.backend import load

    with _quiet():
        load()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep TensorFlow's start-up messages, which come from C++, off the terminal."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn gradcheck's errors into one line and an exit code."""
    try:
        yield
    except UsageError as error:
        _fail(str(error), 2)
    except GradcheckError as error:
        _fail(str(error), 3)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"gradcheck: {message}", err=True)
    raise typer.Exit(code)
