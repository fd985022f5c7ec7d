"""A real browser for the tests of pages: nothing may be logged or raised there, and nothing asked of a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from report.looks import Open, listen

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_MISSING = (
    "no browser runs, so that nobody knows whether the HTML report works: install one with "
    "`playwright install --with-deps chromium` or `apt-get install chromium`"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found, reasons = None, []
        # Playwright's own first, then those of the system.
        for path in (None, *filter(None, map(shutil.which, _NAMES))):
            try:
                found = playwright.chromium.launch(executable_path=path)
                break
            except Error as error:
                reasons.append(f"{path or 'its own'}: {error.message.strip().splitlines()[0]}")
        if found is None:
            message = "\n".join([_MISSING, *reasons])
            (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
        yield found
        found.close()


@pytest.fixture
def open_html(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page's text; at the end nothing was logged, raised or asked of a network."""
    contexts, told = [], []

    def start(text: str, width: int = 1280, **options: Any) -> Page:
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        listen(page, told, file.as_uri())
        page.goto(file.as_uri())
        return page

    yield start
    for context in contexts:
        context.close()
    assert told == []
