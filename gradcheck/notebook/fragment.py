"""A fragment of HTML with a style of its own, in which everything that is shown is escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gradcheck.flow.words import printable


def render(template: str, **shown: Any) -> Markup:
    """Return a fragment.

    Args:
        template: Its name.
        shown: What the template is given; of plain text what can be printed is shown.
    """
    return Markup(_environment().get_template(template).render(**shown))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("gradcheck.notebook", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
