"""The page of a comparison in a real browser: it renders, sorts, filters, prints, fits a phone, asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from baseline.every_kind import HOSTILE, change, comparison, hostile, many
from gradcheck.baseline.compare import Comparison, Kind
from gradcheck.report.baseline_page import comparison_page
from report.audit import audit
from report.looks import Open, hard_to_read, overflow


@pytest.fixture
def open_page(open_html: Open) -> Open:
    """Open the page of comparisons."""

    def start(*comparisons: Comparison, **options: Any) -> Page:
        return open_html(comparison_page(comparisons or [comparison()]), **options)

    return start


def column(page: Page, style: str) -> list[str]:
    """Return the texts of a column of the table as it is shown."""
    return page.locator(f"#table td.{style}").all_inner_texts()


def header(page: Page, name: str) -> Any:
    return page.locator("#table").get_by_role("columnheader", name=name)


def head(page: Page, name: str) -> Any:
    return header(page, name).get_by_role("button")


def test_it_renders_with_its_own_style_and_script(open_page: Open) -> None:
    page = open_page()
    assert page.title() == "TensorFlow 2.15.1 → 2.21.0: unsafe"
    assert page.get_by_role("heading", level=1).inner_text() == "TensorFlow 2.15.1 → 2.21.0"
    assert page.get_by_role("heading", name="Unsafe").is_visible()
    assert page.locator(".verdict").evaluate("e => getComputedStyle(e).borderLeftWidth") == "8px"
    assert page.locator("#controls").is_visible()
    assert page.locator("#status").inner_text() == "7 changes"
    assert page.get_by_role("img", name="Distances of arrays on engine xla").is_visible()


@pytest.mark.parametrize("name", ["case", "answer", "engine", "dtype", "before", "after"])
def test_it_sorts_by_words(open_page: Open, name: str) -> None:
    page = open_page(many(60))
    style = name[0] if name != "answer" else "p"
    head(page, name).click()
    up = column(page, style)
    assert header(page, name).get_attribute("aria-sort") == "ascending"
    assert page.evaluate("a => a.every((x, i) => !i || a[i - 1].localeCompare(x, 'en', {numeric: true}) <= 0)", up)
    head(page, name).click()
    down = column(page, style)
    assert page.locator("th[aria-sort]").count() == 1
    assert page.evaluate("a => a.every((x, i) => !i || a[i - 1].localeCompare(x, 'en', {numeric: true}) >= 0)", down)


def test_it_sorts_by_numbers_and_the_largest_first(open_page: Open) -> None:
    distances = [2.0, 10.0, 1e9, float("inf"), 0.25]
    page = open_page(comparison(*(change(Kind.BEYOND, units=units, allowed=units / 2) for units in distances)))
    head(page, "ULP").click()
    assert column(page, "u") == ["not comparable", "1e+09", "10", "2", "0.25"]
    head(page, "ULP").click()
    assert column(page, "u") == ["0.25", "2", "10", "1e+09", "not comparable"]
    head(page, "allowed").click()
    assert page.locator("th[aria-sort]").inner_text().startswith("allowed")


def test_it_sorts_by_kind_and_the_worst_first(open_page: Open) -> None:
    page = open_page()
    head(page, "kind").click()
    kinds = [text.split(" ", 1)[1] for text in column(page, "k")]
    assert kinds[0] == "presence changed"
    assert kinds[-1] == "within bound"


def test_the_keyboard_reaches_sorting_and_filters_and_shows_where_it_is(open_page: Open) -> None:
    page = open_page(many(60))
    page.locator("#text").focus()
    outlines = []
    for key in ("Tab", "Tab", "Tab"):
        page.keyboard.press(key)
        outlines.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert outlines == ["solid"] * 3
    assert page.evaluate("document.activeElement.textContent") == "kind"
    page.keyboard.press("Enter")
    assert header(page, "kind").get_attribute("aria-sort") == "descending"


def test_it_filters_by_text_and_kind(open_page: Open) -> None:
    page = open_page(many(60))
    page.locator("#text").fill("GRAPH-001 forward")
    assert column(page, "c") == ["graph-001.1/forward/loss1"]
    page.locator("#text").fill("")
    page.locator("#kind").select_option(label="✕ beyond bound")
    assert page.locator("#status").inner_text() == "20 that match, of 60 changes"
    assert set(column(page, "k")) == {"✕ beyond bound"}
    page.locator("#text").fill("no such text")
    assert page.locator("#status").inner_text() == "No change matches."
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#status").inner_text() == "60 changes"


def test_it_filters_by_version(open_page: Open) -> None:
    page = open_page(comparison(), comparison(change(Kind.LAW), after={"tensorflow": "2.22.0"}))
    page.locator("#version").select_option("2.22.0")
    assert column(page, "v") == ["2.22.0"]


def test_a_problem_of_the_heat_map_leads_to_its_changes(open_page: Open) -> None:
    page = open_page(many(60))
    page.locator(".heat").get_by_role("link", name="graph-007").click()
    assert page.locator("#text").input_value() == "graph-007"
    assert all(case.startswith("graph-007") for case in column(page, "c"))
    assert page.url.endswith("#changes")


def test_thousands_of_changes_stay_usable(open_page: Open) -> None:
    page = open_page(many(6000))
    assert page.locator("#table tbody tr").count() == 200
    assert page.locator("#status").inner_text() == "The first 200 of 6,000 changes"
    page.get_by_role("button", name="Show 200 more").click()
    assert page.locator("#table tbody tr").count() == 400
    head(page, "ULP").click()
    shown = [float(text.replace(",", "")) for text in column(page, "u")]
    assert len(shown) == 200
    assert all(one >= other for one, other in pairwise(shown))
    page.get_by_role("button", name="Show all 6,000").click()
    assert page.locator("#table tbody tr").count() == 6000
    assert page.locator("#more").is_hidden()


def test_it_is_a_plain_table_without_javascript(open_page: Open) -> None:
    page = open_page(many(300), java_script_enabled=False)
    assert page.locator("#table tbody tr").count() == 300
    assert page.locator("#controls").is_hidden()
    assert page.locator("#more").is_hidden()
    assert page.locator("#table thead button").count() == 0


@pytest.mark.parametrize("width", [320, 390, 768, 1100, 1153, 1280, 1920])
@pytest.mark.parametrize("make", [comparison, hostile], ids=["usual", "hostile"])
def test_nothing_is_wider_than_the_window(open_page: Open, make: Callable[[], Comparison], width: int) -> None:
    long = change(Kind.BEYOND, "a" * 300, part="b" * 300, tags={"engine": "c" * 300, "dtype": "d" * 300})
    usual = make()
    found = comparison(*usual.changes, long, after=usual.after)
    assert overflow(open_page(found, width=width)) == 0
    assert overflow(open_page(found, found, width=width)) == 0


def test_it_reads_well_on_a_phone(open_page: Open) -> None:
    page = open_page(width=390)
    assert page.locator("body").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 15
    first = page.locator("#table tbody tr").first
    assert "before" in first.locator(".b").evaluate("e => getComputedStyle(e, '::before').content")
    # A finger needs room.
    assert page.locator("#table thead button").first.bounding_box()["height"] >= 36
    head(page, "case").click()
    assert column(page, "c") == sorted(column(page, "c"))


def test_it_prints(open_page: Open, tmp_path: Path) -> None:
    page = open_page(many(60), width=718)
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF-")
    assert len(made) > 10_000
    page.emulate_media(media="print")
    assert page.locator("#controls").is_hidden()
    assert page.locator("nav").is_hidden()
    assert page.locator("#table tbody tr").first.evaluate("e => getComputedStyle(e).display") == "table-row"
    assert overflow(page) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(open_page: Open, scheme: str) -> None:
    accepted = change(Kind.BEYOND, "known", accepted="xfail known: as it is")
    page = open_page(comparison(*map(change, Kind), accepted), color_scheme=scheme)
    background = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 31)"}[scheme]
    assert hard_to_read(page) == []


def test_nothing_that_a_baseline_holds_is_run(open_page: Open) -> None:
    page = open_page(hostile(), hostile())
    assert page.evaluate("window.hacked") is None
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, embed").count() == 0
    page.locator("#text").fill(HOSTILE[0])
    assert page.locator("#table tbody tr").count() > 0
    assert any(HOSTILE[0] in case for case in column(page, "c"))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_an_audit_finds_nothing(open_page: Open, scheme: str, width: int) -> None:
    known = change(Kind.BEYOND, "known", accepted="xfail known: as it is")
    page = open_page(comparison(*map(change, Kind), known), color_scheme=scheme, width=width, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert audit(page) == []
