"""``gradcheck upgrade``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.reports import (
    Allow,
    Expect,
    Html,
    Inputs,
    Json,
    Junit,
    Markdown,
    Only,
    Target,
    check_inputs,
    check_reports,
    is_lenient,
    write_reports,
)
from gradcheck.cli.shared import clear_errors, console
from gradcheck.errors import UsageError

if TYPE_CHECKING:
    from gradcheck.upgrade.environments import Environments
    from gradcheck.upgrade.recordings import Recorder
    from gradcheck.upgrade.result import Upgrade
    from gradcheck.upgrade.run import Accepted, Note

Texts = list[str] | None
Packages = Annotated[
    Texts, typer.Option("--with", metavar="PACKAGE", help="What your losses need besides, as pip takes it.")
]
Requirements = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="The same as a file; without TensorFlow in it.")
]


def upgrade(
    start: Annotated[
        str | None, typer.Option("--from", metavar="VERSION", help="The TensorFlow that you use, such as 2.15.1.")
    ] = None,
    to: Annotated[
        Texts,
        typer.Option(metavar="VERSION", help="What you may upgrade to: versions, with commas or repeated, or nightly."),
    ] = None,
    target: Target = None,
    inputs: Inputs = None,
    only: Only = None,
    packages: Packages = None,
    requirements: Requirements = None,
    bisect: Annotated[
        bool, typer.Option("--bisect", help="Find the release between two versions in which a change came.")
    ] = False,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where recordings are kept, for another run to go on with.")
    ] = Path(".gradcheck/upgrade"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Install and record everything again.")] = False,
    clean: Annotated[
        bool, typer.Option("--clean/--keep", help="Remove the environments at the end, or keep them for the next run.")
    ] = False,
    allow: Allow = None,
    expect: Expect = None,
    json: Json = None,
    junit: Junit = None,
    markdown: Markdown = None,
    html: Html = None,
) -> None:
    """Tell whether an upgrade of TensorFlow changes any gradient.

    Each version is installed in an environment of its own, records the same, and is compared with the others.
    Where no version is named, --clean only removes the environments of former runs.

    Exit code: 0 safe or to be reviewed, 1 unsafe, 2 wrong usage.
    """
    with clear_errors():
        from gradcheck.upgrade.environments import cache_folder
        from gradcheck.upgrade.environments import clean as remove
        from gradcheck.upgrade.run import Run

        cache = cache_folder()
        if clean and start is None and not to:
            typer.echo(f"{remove(cache)} environments removed from {cache}")
            return
        paths = (json, junit, markdown, html)
        check_reports(*paths, out / "recording")
        check_inputs(target, inputs or [])
        versions, accepted = _versions(start, to or []), _accepted(expect, lenient=is_lenient(allow))
        with _progress() as (note, update):
            environments = _environments(cache, packages or [], requirements or [], fresh=fresh, note=note)
            try:
                recorder = _recorder(environments, target, inputs or [], only or [], out, update)
                found = Run(versions, environments, recorder, accepted, note).upgrade(bisect=bisect)
            finally:
                if clean:
                    note("removing the environments")
                    remove(cache)
        _write(found, out, json, junit, markdown, html)
    raise typer.Exit(found.exit_code)


def _environments(
    cache: Path, packages: list[str], requirements: list[Path], *, fresh: bool, note: Note
) -> Environments:
    from gradcheck.upgrade.environments import Environments
    from gradcheck.upgrade.package import installed_package
    from gradcheck.upgrade.running import run_program
    from gradcheck.upgrade.uv import Uv, find_uv

    uv = Uv(find_uv(), cache, run_program)
    # uv runs elsewhere, so a package that is a folder is given as a whole path.
    wanted = [str(Path(package).resolve()) if package.startswith((".", "/")) else package for package in packages]
    return Environments(cache, uv, installed_package(), wanted, requirements, fresh, note)


def _recorder(
    environments: Environments,
    target: str | None,
    inputs: list[str],
    only: list[str],
    out: Path,
    update: Callable[[str, float], None],
) -> Recorder:
    from gradcheck.upgrade.recordings import Recorder
    from gradcheck.upgrade.running import run_program

    code, fresh = environments.package.digest, environments.fresh
    return Recorder(run_program, out.absolute(), code, target, inputs, only, fresh, update)


def _versions(start: str | None, to: list[str]) -> tuple[str, ...]:
    from gradcheck.upgrade.versions import parse_versions

    if start is None or not to:
        raise UsageError("name the two versions, such as --from 2.15.1 --to 2.21.0")
    return parse_versions(start, to)


def _accepted(expect: Path | None, *, lenient: bool) -> Accepted:
    from gradcheck.baseline.expectations import load_expectations
    from gradcheck.upgrade.run import Accepted

    return Accepted(lenient, load_expectations(expect) if expect else [])


def _write(
    found: Upgrade, out: Path, json: Path | None, junit: Path | None, markdown: Path | None, html: Path | None
) -> None:
    from gradcheck.report import upgrade as reports
    from gradcheck.report.baseline_page import comparison_page

    file = str(out / f"tensorflow-{found.versions[0]}.safetensors")
    write_reports(
        (json, lambda: reports.upgrade_json(found)),
        [
            (junit, lambda: reports.upgrade_junit(found)),
            (markdown, lambda: reports.upgrade_markdown(found)),
            (html, lambda: comparison_page(found.upgrades, found.problems, file=file)),
        ],
        lambda: reports.print_upgrade(found, console()),
    )


@contextmanager
def _progress() -> Iterator[tuple[Note, Callable[[str, float], None]]]:
    """Show each step: on a terminal with what is done of it, elsewhere in a line of its own."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    looked_at = sys.stderr.isatty()
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not looked_at) as shown:
        task = shown.add_task("starting", total=None)

        def note(what: str) -> None:
            shown.reset(task, description=what, total=None)
            if not looked_at:
                typer.echo(what, err=True)

        def update(what: str, share: float) -> None:
            shown.update(task, description=what, completed=share, total=1.0 if share else None)

        yield note, update
