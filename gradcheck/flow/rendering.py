"""Pictures and tables of a flow, made from templates."""

from __future__ import annotations

from typing import Any

from gradcheck.html import templates_of


def render(name: str, **values: Any) -> str:
    """Return what a template makes of values."""
    return templates_of("gradcheck.flow").get_template(name).render(**values)
