"""The page of proofs in a real browser: it is stepped through, rewired, printed, heard, and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page

from gradcheck.proofs.chapter import Book
from gradcheck.report.proof_page import proof_page
from report import booked
from report.audit import audit
from report.looks import Open, hard_to_read, listen, overflow

OpenBook = Callable[..., Page]


@pytest.fixture
def open_book(open_html: Open) -> OpenBook:
    """Open the page of a book, with what falls unfolded if that is asked for."""

    def start(book: Book | None = None, *, opened: bool = False, **options: object) -> Page:
        return open_html(proof_page(book or booked.book("sum-rule"), opened=opened), **options)

    return start


def bench(page: Page, wiring: str = "chained") -> Locator:
    return page.locator(f".bench[data-wiring={wiring}]")


def told(page: Page, wiring: str = "chained") -> str:
    return bench(page, wiring).locator(".told").text_content() or ""


def held(page: Page, row: str, column: int, wiring: str = "chained") -> Locator:
    """Return what a tensor holds: 0 its value, 1 and 2 its cotangents, 3 that of the joint loss."""
    return bench(page, wiring).locator(".tensors tr", has_text=row).locator("td").nth(column).locator(".held")


def test_it_renders_with_formulas_pictures_and_its_own_script(open_book: OpenBook) -> None:
    page = open_book()
    assert page.title() == page.get_by_role("heading", level=1).inner_text() == "The sum rule"
    picture = page.get_by_role(
        "img", name="The sum rule: the graph embedding_lookup uses embedding: that of loss1 passes"
    )
    assert picture.is_visible()
    fraction = page.locator(".theorem mfrac").first.bounding_box()
    assert fraction and fraction["height"] > 20
    assert page.locator(".laboratory.live").count() == 1


def test_a_book_has_contents_that_lead_to_its_chapters(open_book: OpenBook) -> None:
    page = open_book(booked.book("sum-rule", "numeric"))
    links = page.get_by_role("navigation", name="Contents").get_by_role("listitem").get_by_role("link")
    assert links.all_inner_texts() == ["The sum rule", "Numeric against automatic"]
    links.nth(1).click()
    assert page.url.endswith("#numeric")
    assert page.get_by_role("heading", name="2 Numeric against automatic").is_visible()
    assert page.get_by_role("img", name="Error over the step h").first.is_visible()


def test_a_backward_pass_is_stepped_through(open_book: OpenBook) -> None:
    page = open_book()
    steps = bench(page).locator(".steps > li")
    assert steps.count() == 21
    assert bench(page).locator(".steps > li:visible").count() == 1
    assert bench(page).get_by_role("button", name="Previous step").is_disabled()
    bench(page).get_by_role("button", name="Back from loss2").click()
    assert bench(page).locator(".count").inner_text() == "Step 13 of 21"
    assert bench(page).locator("svg .box.now").get_attribute("data-at") == "head2/0"
    assert held(page, "Y₁", 2).is_hidden()
    for _ in range(2):
        bench(page).get_by_role("button", name="Next step").click()
    assert told(page).startswith("Step 15 of 21: back from loss2: the cotangent of loss2 at Y₁")
    assert held(page, "Y₁", 2).inner_text().split() == ["10", "35", "60", "85"]
    assert held(page, "Y₁", 2).is_visible()
    assert held(page, "W₁", 2).is_hidden()
    assert bench(page).locator(".strand.now").get_attribute("data-key") == "loss2:head1/0"


def test_the_keyboard_steps_and_keeps_its_place(open_book: OpenBook) -> None:
    page = open_book()
    slider = bench(page).get_by_role("slider", name="Step")
    slider.focus()
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "Step 21 of 21: ∂J/∂W₂ = ∂L₂/∂W₂"
    bench(page).get_by_role("button", name="The joint loss").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert told(page).startswith("Step 20 of 21")
    page.keyboard.press("ArrowRight")
    bench(page).get_by_role("button", name="Previous step").focus()
    page.keyboard.press("Home")
    assert bench(page).locator(".count").inner_text() == "Step 21 of 21"
    bench(page).get_by_role("button", name="Forward").click()
    bench(page).get_by_role("button", name="Next step").click()
    bench(page).get_by_role("button", name="Previous step").click()
    # It has just become idle, and the keyboard must not be sent to the page's top.
    assert page.evaluate("document.activeElement.textContent") == "Next →"


def test_the_wiring_changes_what_is_shown(open_book: OpenBook) -> None:
    page = open_book()
    cell = '[data-cell="head1/0/kernel 2"]'
    assert bench(page).locator(cell).inner_text().split()[:2] == ["✓", "connected"]
    page.get_by_role("radio", name="chained").focus()
    page.keyboard.press("ArrowDown")
    assert not bench(page).is_visible()
    stopped = bench(page, "stopped")
    assert stopped.locator(cell).inner_text().split() == ["✕", "blocked", "absent"]
    assert stopped.locator("td.changed").count() == 4
    assert stopped.locator("svg .cross").first.is_visible()
    status = page.locator(".changed-words").text_content() or ""
    assert status.startswith("From chained to stopped: 4 cells of the last table differ, and are marked. loss1 reaches")
    assert "cut off from embedding and head1/0/kernel" in status


def test_it_is_whole_without_javascript(open_book: OpenBook) -> None:
    page = open_book(java_script_enabled=False)
    assert page.locator(".bench:visible").count() == 3
    assert page.locator(".bench .steps > li:visible").count() == 21 + 17 + 19
    assert page.locator(".controls:visible, .wirings:visible").count() == 0
    assert held(page, "W₁", 2).is_visible()


def test_what_falls_is_shown_and_why(open_book: OpenBook) -> None:
    page = open_book()
    fallen = page.locator("details.without")
    assert not fallen.get_by_text("It falls, as it must.").is_visible()
    page.get_by_role("link", name="Without the premise").click()
    assert fallen.get_by_text("It falls, as it must.").is_visible()
    assert fallen.locator("li.concludes .falls.mark").first.is_visible()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_window(open_book: OpenBook, width: int) -> None:
    page = open_book(booked.book("accumulation", "numeric"), opened=True, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert overflow(page) == 0


_CUT_OFF = """() => Array.from(document.querySelectorAll("svg[role=img]")).flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  return Array.from(svg.querySelectorAll("text, rect, path, polyline, circle")).filter((e) => {
    if (e.closest("defs")) return false;
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
  }).map((e) => e.tagName + " " + e.textContent);
})"""
_COVERED = """() => Array.from(document.querySelectorAll("svg[role=img]")).flatMap((svg) => {
  const texts = Array.from(svg.querySelectorAll("text"), (e) => [e.textContent, e.getBoundingClientRect()]);
  return texts.flatMap(([one, a], i) => texts.slice(i + 1).filter(([, b]) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3
  ).map(([other]) => one + " over " + other));
})"""


@pytest.mark.parametrize("width", [360, 1280])
def test_pictures_of_deep_graphs_stay_readable(open_book: OpenBook, width: int) -> None:
    page = open_book(booked.deep_book(), opened=True, width=width)
    assert page.locator("svg[role=img] .box").count() >= 2 * 12
    assert page.evaluate(_CUT_OFF) == []
    assert page.evaluate(_COVERED) == []
    sizes = page.locator("svg[role=img]:visible text").evaluate_all(
        "all => all.map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
    )
    assert min(sizes) >= 9
    page.evaluate("document.querySelector('svg[role=img] .letter').setAttribute('x', 40)")
    assert page.evaluate(_COVERED) != []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_an_audit_finds_nothing(open_book: OpenBook, scheme: str, width: int) -> None:
    page = open_book(opened=True, color_scheme=scheme, width=width, bypass_csp=True)
    bench(page).get_by_role("button", name="Back from loss2").click()
    assert hard_to_read(page) == []
    assert audit(page) == []


def test_an_audit_finds_what_is_wrong(open_book: OpenBook) -> None:
    page = open_book(bypass_csp=True)
    page.evaluate("document.querySelector('input[type=range]').removeAttribute('aria-label')")
    assert [line.split(": ")[:2] for line in audit(page, ".laboratory")] == [["critical", "label"]]


def test_what_is_logged_raised_or_asked_for_is_noticed(browser: Browser) -> None:
    page, told = browser.new_page(), []
    listen(page, told, "about:blank")
    for fault in ("console.log('logged')", "throw Error('raised')", "new Image().src = 'file:///asked'"):
        page.evaluate(f"setTimeout(() => {{ {fault} }})")
        page.wait_for_timeout(50)
    page.set_content("<p>")
    page.evaluate("document.body.style.width = '3000px'")
    assert overflow(page) > 0
    page.close()
    noticed = "\n".join(told)
    assert all(word in noticed for word in ("logged", "raised", "asked"))


def test_it_prints_with_everything_unfolded(open_book: OpenBook) -> None:
    page = open_book(width=718)
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator(".controls:visible").count() == 0
    assert page.locator(".bench:visible").count() == 3
    assert page.locator(".bench .steps > li:visible").count() == 57
    assert page.locator("details.without .step").first.evaluate("e => e.getBoundingClientRect().height") > 50
    assert overflow(page) == 0
