"""A fragment of HTML with a style of its own, in which everything that is shown is escaped."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from gradcheck.html import templates_of


def render(template: str, **shown: Any) -> Markup:
    """Return a fragment.

    Args:
        template: Its name.
        shown: What the template is given; of plain text what can be printed is shown.
    """
    return Markup(templates_of("gradcheck.notebook").get_template(template).render(**shown))
