"""The reference of the command line, which typer writes from the commands' own help."""

from __future__ import annotations

import html
import re

from typer.cli import app as typer_app
from typer.testing import CliRunner

from site_pages.places import GENERATED, write_if_changed


def write_commands() -> None:
    """Write the commands' help where the page includes it."""
    write_if_changed(GENERATED / "commands.md", commands())


def commands() -> str:
    """Return what ``typer gradcheck.cli utils docs`` prints, with whole sentences in its lists of commands.

    Raises:
        RuntimeError: typer could not make it.
    """
    made = CliRunner().invoke(typer_app, ["gradcheck.cli", "utils", "docs", "--name", "gradcheck"])
    if made.exit_code != 0 or not made.stdout.startswith("# `gradcheck`"):
        raise RuntimeError(f"typer utils docs failed: {made.output}") from made.exception
    text = html.unescape(made.stdout).partition("\n")[2]  # the page has a heading
    parts = re.split(r"^(?=##+ )", text, flags=re.MULTILINE)
    sentences = dict(re.findall(r"^##+ `(gradcheck [\w -]+)`\n\n(.+)$", text, flags=re.MULTILINE))
    whole = "".join(_with_sentences(part, sentences) for part in parts)
    whole = re.sub(r"\*\*(Usage|Arguments|Options|Commands)\*\*:", r"*\1*", whole)
    return whole.replace("<list[str]>", "<str>")


def _with_sentences(part: str, sentences: dict[str, str]) -> str:
    """Put each command's first sentence, with a link, in the place of its beginning, which is all that typer shows."""
    found = re.match(r"##+ `([\w -]+)`", part)
    above = found[1] if found else "gradcheck"

    def entry(listed: re.Match[str]) -> str:
        name = f"{above} {listed[1]}"
        return f"* [`{listed[1]}`](#{name.replace(' ', '-')}): {sentences[name]}"

    head, commands, rest = part.partition("**Commands**:")
    return head + commands + re.sub(r"^\* `([\w-]+)`: .*$", entry, rest, flags=re.MULTILINE)
