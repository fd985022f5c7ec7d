"""What axe-core, a widely used engine, says of a page's accessibility."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def audit(page: Page, within: str | None = None) -> list[str]:
    """Return every violation, whatever its impact.

    Args:
        within: A selector of what is looked at; the whole page if none is given.
    """
    options = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options)
    return [
        f"{one['impact']}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:120]}"
        for one in found.response["violations"]
    ]
