"""Templates of pages, tables and pictures, in which everything that is shown is escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def printable(text: str) -> str:
    """Return text without control characters, which neither a terminal nor XML can take."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in text)


@cache
def templates_of(package: str) -> Environment:
    """Return the templates in a package's folder ``templates``."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Return what a template shows of a value: of plain text what can be printed."""
    return value if type(value) is not str or value.isprintable() else printable(value)
