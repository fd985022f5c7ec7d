"""The pictures of a flow show every cell in words, explain it where one points, and are well-formed."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.flow.fragment import flow_html
from gradcheck.flow.picture import flow_svg, summary
from gradcheck.flow.result import Flow
from notebook.shown import must_be_accessible, pictures

SVG = "{http://www.w3.org/2000/svg}"
W, U, UNUSED = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u", "spare"))


def losses(x):
    held = tf.stop_gradient(x * W)
    return {"a<b>&\"c'": tf.reduce_sum(x * W), "second": tf.reduce_sum(held * U)}


@pytest.fixture
def flow() -> Flow:
    return gradcheck.flow(losses, tf.TensorSpec([2]), variables=[W, U, UNUSED])


def drawn(text: str) -> list[tuple[str, str, str]]:
    """Return state, text and explanation of each cell of a picture."""
    groups = ElementTree.fromstring(text).iter(f"{SVG}g")
    cells = [(g.find(f"{SVG}rect"), g.findtext(f"{SVG}text"), g.findtext(f"{SVG}title")) for g in groups]
    return [
        (rect.get("class") or "", shown or "", told or "") for rect, shown, told in cells if rect is not None and told
    ]


def test_every_cell_is_drawn_with_its_mark_its_word_and_its_path(flow: Flow) -> None:
    cells = drawn(flow_svg(flow))
    assert [(state, text) for state, text, _ in cells] == [
        ("connected", "✓ connected"),
        ("blocked", "✕ blocked by StopGradient"),
        ("independent", "– independent"),
        ("connected", "✓ connected"),
        ("unused", "○ unused"),
        ("unused", "○ unused"),
    ]
    assert cells[1][2].startswith("w -> second: blocked by StopGradient; the loss depends on it")
    assert "held = tf.stop_gradient(x * W)\n      it stops the gradient on purpose" in cells[1][2]


def test_a_picture_tells_itself_to_those_who_cannot_see_it(flow: Flow) -> None:
    root = ElementTree.fromstring(flow_svg(flow, flow["second", "w"]))
    assert root.get("role") == "img"
    labels = (root.get("aria-labelledby") or "").split()
    title, desc = (next(e for e in root.iter() if e.get("id") == label) for label in labels)
    assert title.text == "Which loss reaches which variable"
    assert desc.text == (
        "2 losses, 3 variables: 2 connected, 1 blocked, 1 independent, 2 unused. "
        "Below, the path from w to second: the loss depends on it, but no gradient comes back."
    )


def boxes(text: str) -> list[tuple[str, str]]:
    groups = [g for g in ElementTree.fromstring(text).iter(f"{SVG}g") if g.find(f"{SVG}title") is None]
    return [(g.find(f"{SVG}rect").get("class"), g.findtext(f"{SVG}text")) for g in groups]  # type: ignore[union-attr]


def test_a_path_runs_from_the_variable_to_the_loss_and_its_cut_is_marked(flow: Flow) -> None:
    assert boxes(flow_svg(flow)) == []
    text = flow_svg(flow, flow["second", "w"])
    assert boxes(text) == [
        ("end", "w"),
        ("step", "ReadVariableOp, Mul"),
        ("cut", "✕ StopGradient"),
        ("step", "Mul, Sum"),
        ("end", "second"),
    ]
    # Seen from the loss, the gradient comes back as far as the cut.
    arrows = re.findall(r'<line class="(back|lost)"', text)
    assert arrows == ["lost", "lost", "back", "back"]


def test_where_nothing_is_cut_a_gradient_comes_back_all_the_way(flow: Flow) -> None:
    text = flow_svg(flow, flow["second", "u"])
    assert re.findall(r'<line class="(back|lost)"', text) == ["back"] * (len(boxes(text)) - 1)


def test_where_there_is_no_path_none_is_drawn(flow: Flow) -> None:
    assert boxes(flow_svg(flow, flow["second", "spare"])) == []


@pytest.mark.parametrize("norm", [0.0, 2.0, None])
def test_what_was_measured_is_shown_first(flow: Flow, norm: float | None) -> None:
    key = ("second", "u")
    cells = {**flow.cells, key: replace(flow.cells[key], norms=(norm,))}
    shown = drawn(flow_svg(replace(flow, cells=cells)))[3][:2]
    assert (
        shown
        == {
            0.0: ("dead", "0 connected, dead"),
            2.0: ("connected", "✓ connected, norm 2"),
            None: ("disagreement", "! connected, but the tape gives None"),
        }[norm]
    )


def test_a_tape_that_raises_is_shown_as_such(flow: Flow) -> None:
    key = ("second", "u")
    cell = replace(flow.cells[key], norms=(None,), failure="LookupError: no gradient")
    state, text, told = drawn(flow_svg(replace(flow, cells={**flow.cells, key: cell})))[3]
    assert (state, text) == ("disagreement", "! connected, but the tape raises")
    assert "the tape raises LookupError: no gradient" in told


def test_a_notebook_shows_the_table_in_words_with_explanations(flow: Flow) -> None:
    text = flow._repr_html_()
    assert text == flow_html(flow)
    assert re.findall(r'<td class="(\w+)"', text) == [
        "connected", "blocked", "independent", "connected", "unused", "unused",
    ]  # fmt: skip
    assert ">✕ blocked by StopGradient</td>" in text
    assert 'title="w -&gt; second: blocked by StopGradient;' in text
    assert "a&lt;b&gt;&amp;" in text
    assert "a<b>" not in text


def test_a_flow_prints_itself_in_a_notebook_too(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = str(flow)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert str(flow) == plain
    assert "blocked by StopGradient" in plain


def arrows(flow: Flow) -> list[str]:
    """Return what each arrow of the picture in a notebook says."""
    (picture,) = pictures(flow._repr_html_())
    return [group.findtext(f"{SVG}title") or "" for group in picture.iter(f"{SVG}g")]


def test_a_notebook_shows_an_arrow_for_each_gradient_that_flows_or_is_stopped(flow: Flow) -> None:
    must_be_accessible(flow._repr_html_())
    first = "a<b>&\"c'"
    assert sorted(arrows(flow)) == [f"{first} to w: connected", "second to u: connected", "second to w: blocked"]
    (picture,) = pictures(flow._repr_html_())
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert texts == ["✕", "w", "u", "spare", first, "second"]


@pytest.mark.parametrize(("count", "drawn"), [(1, 1), (12, 1), (13, 0)])
def test_a_picture_of_many_variables_is_left_to_the_table(count: int, drawn: int) -> None:
    assert len(pictures(many(count)._repr_html_())) == drawn


def many(count: int) -> Flow:
    variables = [tf.Variable(1.0, name=f"block{index}/a_rather_long_layer_name/kernel") for index in range(count)]
    return gradcheck.flow(lambda: tf.add_n([variable * 2.0 for variable in variables]))


@pytest.mark.parametrize("count", [1, 48, 49, 200])
def test_a_large_table_stays_a_picture_with_every_cell(count: int) -> None:
    text = flow_svg(many(count))
    root = ElementTree.fromstring(text)
    assert len(drawn(text)) == count
    places = {(rect.get("x"), rect.get("y")) for rect in root.iter(f"{SVG}rect") if rect.get("class") == "connected"}
    assert len(places) == count + 1  # and one in the legend
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    assert height < 2000
    assert all(float(r.get("x") or 0) + float(r.get("width") or 0) <= width for r in root.iter(f"{SVG}rect"))


@pytest.mark.parametrize(("count", "told"), [(2, True), (101, False)])
def test_only_small_tables_tell_every_path(count: int, told: bool) -> None:
    cells = drawn(flow_svg(many(count)))
    assert all(("  | ReadVariableOp" in title) is told for _, _, title in cells)
    assert all("connected; a gradient flows" in title for _, _, title in cells)


def test_what_no_picture_can_hold_is_left_out() -> None:
    def hostile():
        return {"loss\x1b\x00": W * 1.0}

    ElementTree.fromstring(flow_svg(gradcheck.flow(hostile)))


def test_a_summary_counts_in_the_singular_too(flow: Flow) -> None:
    assert summary(many(1)) == "1 loss, 1 variable: 1 connected"
