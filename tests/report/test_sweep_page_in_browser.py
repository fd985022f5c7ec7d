"""The page of a sweep in a real browser: it fits a phone, prints, can be read in light and dark, asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradcheck.report.sweep_page import sweep_page
from gradcheck.sweep.log import Log
from report import swept
from report.looks import Open, hard_to_read, overflow

MADE = [swept.honest, swept.broken, swept.hostile, swept.merged, swept.sweep]


def test_it_renders_with_its_own_style_and_pictures(open_html: Open, tmp_path: Path) -> None:
    page = open_html(sweep_page(swept.honest(tmp_path)))
    assert page.title() == "Sweep: all laws hold"
    assert page.get_by_role("heading", name="All laws hold").is_visible()
    assert page.locator(".verdict").evaluate("e => getComputedStyle(e).borderLeftWidth") == "8px"
    picture = page.get_by_role("img", name="Errors of additivity on graph float32")
    assert picture.is_visible()
    assert picture.locator("rect").first.bounding_box()["height"] > 0
    assert page.get_by_role("img", name="Worst error over points").is_visible()


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_nothing_is_wider_than_the_window(
    open_html: Open, make: Callable[[Path], Log], width: int, tmp_path: Path
) -> None:
    page = open_html(sweep_page(make(tmp_path)), width=width)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert overflow(page) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(open_html: Open, scheme: str, tmp_path: Path) -> None:
    page = open_html(sweep_page(swept.broken(tmp_path)), color_scheme=scheme)
    background = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 31)"}[scheme]
    assert hard_to_read(page) == []


def test_nothing_that_a_sweep_holds_is_run(open_html: Open, tmp_path: Path) -> None:
    page = open_html(sweep_page(swept.hostile(tmp_path)))
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, img, iframe, object, embed").count() == 0


def test_the_keyboard_reaches_what_scrolls_and_what_opens(open_html: Open, tmp_path: Path) -> None:
    page = open_html(sweep_page(swept.honest(tmp_path)))
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("region", name="Worst points").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Worst points"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_it_prints(open_html: Open, tmp_path: Path) -> None:
    page = open_html(sweep_page(swept.broken(tmp_path)), width=718)
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert overflow(page) == 0
