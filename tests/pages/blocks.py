"""The fenced blocks of a page, the comment before each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

TOP = Path(__file__).parent.parent.parent
_COMMENT = re.compile(r"<!-- ([\w-]+)(?:: (.*?))? -->\s*")
_GIVEN = "given"


@dataclass(frozen=True)
class Block:
    """A fenced block, or a comment ``<!-- given: NAME -->``, which stands for what a page takes for granted.

    Attributes:
        page: Path from the repository's top.
        line: Number of its first line.
        language: What stands behind the fence; ``"given"`` for a comment.
        text: Its lines; of a comment, the name.
        marker: Name of the comment right before it, such as ``"file"``; empty if there is none.
        value: What that comment says, such as ``"train.py"``.
        heading: The heading that it stands under.
    """

    page: str
    line: int
    language: str
    text: str
    marker: str = ""
    value: str = ""
    heading: str = ""

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.page}:{self.line}"


def read_blocks(page: str) -> list[Block]:
    """Return the blocks of a page, in its order."""
    return list(parse_blocks(page, (TOP / page).read_text(encoding="utf-8")))


def parse_blocks(page: str, text: str) -> Iterator[Block]:
    """Yield the blocks of a page's text.

    Args:
        page: Path from the repository's top.
        text: Markdown.
    """
    marker = value = heading = ""
    before = None
    for token in MarkdownIt().parse(text):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "html_block" and (found := _COMMENT.fullmatch(token.content)):
            marker, value = found[1], found[2] or ""
            if marker == _GIVEN:
                yield Block(page, line, _GIVEN, value, heading=heading)
                marker = value = ""
        elif token.type == "fence":
            yield Block(page, line, token.info.strip(), token.content, marker, value, heading)
            marker = value = ""
        elif token.type == "inline" and before == "heading_open":
            heading = token.content
        elif token.type == "paragraph_open":
            marker = value = ""
        before = token.type


def find_pages() -> list[str]:
    """Return every page that somebody writes, the site's and the repository's front page."""
    made = ("_build", "_generated", "proofs")
    inside = (path.relative_to(TOP) for path in (TOP / "docs").rglob("*.md"))
    pages = [str(path) for path in inside if not set(path.parts[1:-1]) & set(made)]
    templates = [str(path.relative_to(TOP)) for path in (TOP / "docs").glob("*.md.jinja")]
    return ["CHANGELOG.md", "CONTRIBUTING.md", "README.md", *sorted(pages), *sorted(templates)]
