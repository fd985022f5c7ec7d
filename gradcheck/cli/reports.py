"""What the commands that record and compare share: their options, and writing what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gradcheck.errors import UsageError

Target = Annotated[
    str | None,
    typer.Option(metavar="MODULE:FUNCTION", help="Your own losses, such as train:losses, instead of random graphs."),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="SPEC", help='An argument of them, such as "float32[8,3]"; one for each.'),
]
Only = Annotated[
    list[str] | None, typer.Option(metavar="GLOB", help='Only problems of this name, such as "step-keras*".')
]
Allow = Annotated[
    str | None, typer.Option(metavar="within-bound", help="Differences within their bound need no review.")
]
Expect = Annotated[Path | None, typer.Option(metavar="FILE", help="Lines of skip and xfail.")]
Json = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the comparison as JSON; - for stdout.")]
Junit = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JUnit XML.")]
Markdown = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it for a pull request.")]
Html = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a page to look at.")]


def is_lenient(allow: str | None) -> bool:
    """Return what ``--allow`` asks for.

    Raises:
        UsageError: It is not known.
    """
    if allow not in (None, "within-bound"):
        raise UsageError(f"--allow must be within-bound; found {allow!r}")
    return allow is not None


def check_inputs(target: str | None, inputs: Sequence[str]) -> None:
    """Refuse inputs of nothing.

    Raises:
        UsageError: There are inputs, and no losses are named.
    """
    if inputs and not target:
        raise UsageError("--input describes the arguments of your losses: name them with --target")


def check_reports(json: Path | None, *others: Path | None) -> None:
    """Find out before long work whether reports can be written; ``-`` is stdout, for JSON alone.

    Raises:
        UsageError: One cannot.
    """
    from gradcheck.files import check_writable

    for path in (None if str(json) == "-" else json, *others):
        if path:
            check_writable(path)


def write_reports(
    json: tuple[Path | None, Callable[[], Any]],
    texts: Iterable[tuple[Path | None, Callable[[], str]]],
    show: Callable[[], None],
) -> None:
    """Write each report where a path is given, and show the result unless stdout is JSON.

    Args:
        json: A path, and what makes the values.
        texts: Paths, and what makes their texts.
        show: Prints the result for a person.

    Raises:
        UsageError: A path cannot be written.
    """
    from json import dumps

    from gradcheck.files import write_whole

    for path, make in texts:
        if path:
            write_whole(path, make())
    if json[0]:
        text = dumps(json[1](), indent=1) + "\n"
        if str(json[0]) == "-":
            typer.echo(text, nl=False)
            return
        write_whole(json[0], text)
    show()
