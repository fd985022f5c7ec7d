"""The page of a sweep in a real browser: it fits a phone, prints, can be read in light and dark, asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from gradcheck.report.sweep_page import sweep_page
from gradcheck.sweep.log import Log
from report import swept
from report.audit import audit
from report.looks import Open, hard_to_read, overflow

Make = Callable[[Path], Log]
OpenSweep = Callable[..., Page]
ALL = [swept.honest, swept.broken, swept.hostile, swept.merged, swept.exact, swept.wide, swept.vast, swept.sweep]
every_sweep = pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)


@pytest.fixture
def open_sweep(open_html: Open, tmp_path: Path) -> OpenSweep:
    """Open the page of a sweep, with all that can be folded out."""

    def start(make: Make, *, unfold: bool = True, **options: object) -> Page:
        page = open_html(sweep_page(make(tmp_path)), **options)
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        return page

    return start


def test_it_renders_with_its_own_style_and_pictures(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.honest)
    assert page.title() == "Sweep: All laws hold"
    assert page.get_by_role("heading", level=1).inner_text() == "Sweep of 4,096 points"
    assert page.get_by_role("heading", name="All laws hold").is_visible()
    assert page.locator(".verdict").evaluate("e => getComputedStyle(e).borderLeftWidth") == "8px"
    assert page.locator("script").count() == 0


def test_pictures_have_names_and_columns(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.honest)
    picture = page.get_by_role("img", name="Errors of additivity")
    assert picture.is_visible()
    heights = picture.locator("rect").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert len(heights) > 5
    assert min(heights) > 1
    for title in ("As a share of what is allowed", "In ULP"):
        assert page.get_by_role("img", name=f"Worst error over points: {title}").is_visible()


_CUT_OFF = """() => Array.from(document.querySelectorAll("svg[role=img]")).flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  return Array.from(svg.querySelectorAll("text, rect, polyline, circle")).filter((e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
  }).map((e) => e.tagName + " " + e.textContent);
})"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("make", [swept.broken, swept.merged, swept.wide, swept.vast], ids=lambda m: m.__name__)
def test_nothing_in_a_picture_is_cut_off(open_sweep: OpenSweep, make: Make, width: int) -> None:
    page = open_sweep(make, width=width)
    assert page.locator("svg[role=img] rect").count() > 0
    assert page.evaluate(_CUT_OFF) == []


@every_sweep
@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_nothing_is_wider_than_the_window(open_sweep: OpenSweep, make: Make, width: int) -> None:
    assert overflow(open_sweep(make, width=width)) == 0


@every_sweep
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(open_sweep: OpenSweep, make: Make, scheme: str) -> None:
    page = open_sweep(make, color_scheme=scheme)
    background = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 31)"}[scheme]
    assert hard_to_read(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_words_of_pictures_are_large_enough(open_sweep: OpenSweep, width: int) -> None:
    page = open_sweep(swept.wide, width=width)
    sizes = page.locator("svg text").evaluate_all(
        "all => all.map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
    )
    assert min(sizes) >= 8.5


def test_lines_are_told_by_dashes_and_letters(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.wide)
    looks = page.locator(".key polyline").evaluate_all(
        "all => all.map(e => getComputedStyle(e).strokeDasharray + getComputedStyle(e).stroke)"
    )
    assert len({look.split("rgb")[0] for look in looks}) == 6
    assert page.locator("svg .letter").all_text_contents() == [*"ABCDEFGHIJKL"] * 2


def test_nothing_that_a_sweep_holds_is_run(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.hostile)
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, img, iframe, object, embed").count() == 0


def test_it_is_whole_without_javascript(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.broken, unfold=False, java_script_enabled=False)
    page.get_by_text("Everything that was counted, with the worst points").click()
    assert page.get_by_role("region", name="Everything that was counted").is_visible()


def test_the_keyboard_reaches_what_scrolls_and_what_opens(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.honest, unfold=False)
    counted = page.get_by_role("region", name="Everything that was counted")
    assert not counted.is_visible()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert counted.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Everything that was counted"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_first_stop_of_the_keyboard_skips_to_the_report(open_sweep: OpenSweep) -> None:
    page = open_sweep(swept.honest)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


@pytest.mark.parametrize("make", [swept.broken, swept.merged, swept.wide], ids=lambda make: make.__name__)
def test_it_prints(open_sweep: OpenSweep, make: Make) -> None:
    page = open_sweep(make, width=718)
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator(".verdict").is_visible()
    assert overflow(page) == 0


@pytest.mark.parametrize(("make", "scheme", "width"), [(swept.broken, "light", 1280), (swept.merged, "dark", 360)])
def test_an_audit_finds_nothing(open_sweep: OpenSweep, make: Make, scheme: str, width: int) -> None:
    assert audit(open_sweep(make, color_scheme=scheme, width=width, bypass_csp=True)) == []
