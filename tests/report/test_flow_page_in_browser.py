"""The page of a flow in a real browser: it tells every path, fits a phone, prints, and asks for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.flow.result import Flow
from gradcheck.report.flow_page import flow_page
from report.audit import audit
from report.looks import Open, hard_to_read, overflow

HOSTILE = "</pre><img src=x onerror=hacked=1><script>hacked=1</script>"


@pytest.fixture(scope="module")
def flow() -> Flow:
    """Return a flow with a cell of every state."""
    w, u, dead, wrong, spare = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u", "dead", "wrong", "spare"))

    def losses(x):
        held = tf.stop_gradient(x * w)
        return {"first": tf.reduce_sum(x * w + dead + wrong), "second": tf.reduce_sum(held * u)}

    found = gradcheck.flow(losses, tf.TensorSpec([2]), variables=[w, u, dead, wrong, spare])
    norms = {("first", "dead"): (0.0,), ("first", "wrong"): (None,)}
    return replace(found, cells={key: replace(cell, norms=norms.get(key, ())) for key, cell in found.cells.items()})


@pytest.fixture
def named() -> Flow:
    """Return a flow whose names are markup."""
    w = tf.Variable([1.0], name="w")
    return gradcheck.flow(lambda: {HOSTILE: tf.reduce_sum(w * 2.0)})


def test_it_shows_the_table_in_marks_and_words(open_html: Open, flow: Flow) -> None:
    page = open_html(flow_page(flow))
    assert page.title() == "Which loss reaches which variable"
    assert page.get_by_role("heading", level=1).inner_text() == "Which loss reaches which variable"
    rows = page.get_by_role("row").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "variable first second",
        "w ✓ connected ✕ blocked by StopGradient",
        "u – independent ✓ connected",
        "dead 0 connected, dead – independent",
        "wrong ! connected, but the tape gives None – independent",
        "spare ○ unused ○ unused",
    ]
    assert page.get_by_role("img", name="The gradient of each loss, on its way to the variables").is_visible()


def test_every_path_is_told_without_pointing_at_it(open_html: Open, flow: Flow) -> None:
    page = open_html(flow_page(flow))
    page.get_by_text("w → second: blocked by StopGradient").click()
    told = page.get_by_role("region", name="w to second").inner_text()
    assert "the loss depends on it, but no gradient comes back" in told
    assert "held = tf.stop_gradient(x * w)" in told
    assert page.locator("details").count() == 5  # nothing lies between what is independent, or unused


def test_the_cell_that_was_asked_for_comes_first(open_html: Open, flow: Flow) -> None:
    page = open_html(flow_page(flow, flow["second", "w"]))
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["w → second", "Table", "Paths"]
    assert "StopGradient" in page.get_by_role("region", name="The cell that was asked for").inner_text()


def test_of_a_table_too_large_for_all_paths_none_is_announced(open_html: Open) -> None:
    many = [tf.Variable(1.0, name=f"kernel{number}") for number in range(101)]
    page = open_html(flow_page(gradcheck.flow(lambda: tf.add_n([one * 2.0 for one in many]))))
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Table"]
    assert page.get_by_role("row").count() == 102


def test_nothing_that_a_name_holds_is_run(open_html: Open, named: Flow) -> None:
    page = open_html(flow_page(named, named[HOSTILE, "w"]))
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, img[src]").count() == 0
    assert HOSTILE in page.get_by_role("row").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_can_be_read(open_html: Open, flow: Flow, width: int, scheme: str) -> None:
    page = open_html(flow_page(flow, flow["second", "w"]), width=width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert overflow(page) == 0
    assert hard_to_read(page) == []


def test_on_paper_the_whole_table_is_there(open_html: Open, flow: Flow) -> None:
    page = open_html(flow_page(flow))
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator(".scroll").first.evaluate("e => getComputedStyle(e).overflow") == "visible"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_an_audit_finds_nothing(open_html: Open, flow: Flow, scheme: str, width: int) -> None:
    page = open_html(flow_page(flow, flow["second", "w"]), color_scheme=scheme, width=width, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert audit(page) == []
