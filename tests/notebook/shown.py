"""What a fragment shows, read back from its HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
_VOID = {"br", "hr"}


class _Strict(HTMLParser):
    """Refuses tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        pass

    def handle_endtag(self, tag) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if "style" not in self.open and "desc" not in self.open:
            self.text.append(data)


def words(fragment: str) -> str:
    """Return a fragment's text in one line, without its styles."""
    parser = _Strict()
    parser.feed(fragment)
    parser.close()
    assert parser.open == []
    return " ".join(" ".join(parser.text).split())


def pictures(fragment: str) -> list[ElementTree.Element]:
    """Return a fragment's pictures."""
    return [ElementTree.fromstring(text) for text in re.findall(r"<svg.*?</svg>", fragment, re.S)]


def tables(fragment: str) -> list[str]:
    """Return a fragment's tables."""
    return re.findall(r"<table>.*?</table>", fragment, re.S)


def must_be_accessible(fragment: str) -> None:
    """Demand that tables and pictures say what they are, and that no colour is fixed for a page of one kind."""
    for table in tables(fragment):
        assert re.search(r"<caption>[^<]+</caption>", table), table[:80]
        assert all('scope="' in head for head in re.findall(r"<th\b[^>]*>", table)), table[:80]
    for picture in pictures(fragment):
        assert picture.get("role") == "img"
        assert picture.find(f"{SVG}title") is not None
        assert {e.get("fill") for e in picture.iter(f"{SVG}text")} == {"currentColor"}
    colours = re.findall(r"(?<![-\w])(?:color|background(?:-color)?): *([^;}]+)", fragment)
    assert [colour for colour in colours if not re.match(r"inherit|none|rgba\(", colour)] == []
    assert " id=" not in fragment  # a notebook shows many of them on one page
