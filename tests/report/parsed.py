"""A page as its reader sees it, without a browser."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "img"}


class ParsedPage(HTMLParser):
    """A page's elements and attributes; every element must be closed where it was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def policy_of(page: str) -> str:
    """Return what the page lets its browser load and run."""
    return html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
