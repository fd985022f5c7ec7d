"""The reference of the command line, which typer writes from the commands' own help."""

from __future__ import annotations

import re

from typer.cli import app as typer_app
from typer.testing import CliRunner

from site_pages.places import GENERATED, write_if_changed


def write_commands() -> None:
    """Write what ``typer gradcheck.cli utils docs`` prints, without its heading: the page has one."""
    write_if_changed(GENERATED / "commands.md", commands())


def commands() -> str:
    """Return the commands' help as Markdown.

    Raises:
        RuntimeError: typer could not make it.
    """
    made = CliRunner().invoke(typer_app, ["gradcheck.cli", "utils", "docs", "--name", "gradcheck"])
    if made.exit_code != 0 or not made.stdout.startswith("# `gradcheck`"):
        raise RuntimeError(f"typer utils docs failed: {made.output}") from made.exception
    text = made.stdout.partition("\n")[2].replace("&#x27;", "'").replace("&quot;", '"')
    # Subcommands stand below their command; the page's headings name commands alone.
    return re.sub(r"\*\*(Usage|Arguments|Options|Commands)\*\*:", r"*\1*", text)
