"""What pages have in common: one file each, which asks for nothing, and in which nothing runs but its own script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from gradcheck.html import templates_of


def render_page(template: str, styles: Sequence[str], script: str = "", **shown: Any) -> str:
    """Return a page in which everything that is shown is escaped.

    Args:
        template: Name of a template that extends ``page.html.jinja``.
        styles: Names of its styles, or a style itself.
        script: Name of its script, if it has one.
        shown: What the template is given.
    """
    css = Markup("\n").join(one if isinstance(one, Markup) else _source(one) for one in styles)
    code = _source(script) if script else Markup("")
    template_ = templates_of("gradcheck.report").get_template(template)
    return template_.render(css=css, script=code, css_hash=_hash(css), script_hash=_hash(code), **shown)


def _source(name: str) -> Markup:
    """Return a file that goes into the page as it is."""
    environment = templates_of("gradcheck.report")
    assert environment.loader
    return Markup(environment.loader.get_source(environment, name)[0].strip())


def _hash(source: str) -> str:
    """Return what a policy calls a script or style by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
