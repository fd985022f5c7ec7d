"""A witness shows itself: the claim, both sides with the worst entry marked, the graph, and how to see it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gradcheck import load_witness, replay
from gradcheck.entries import Entries
from gradcheck.explain import Explanation
from gradcheck.golden import GOLDEN_GRAPH, W2
from gradcheck.graph import TwoHeadGraph
from gradcheck.notebook.broken import nodes
from gradcheck.point import draw
from gradcheck.witness import Witness
from notebook.shown import SVG, must_be_accessible, pictures, tables, words

Make = Callable[..., Witness]
SIDES = Entries(((1.0, 2.0),), ((1.0, 5.0),), ((0, 1),), (0, 1))
NO_SIDES = Explanation("no gradient", ("a gradient of shape (4, 5), largest entry 1",))


def test_a_witness_tells_claim_sides_place_and_how_to_see_it_again(make_witness: Make) -> None:
    witness = make_witness(explanation=Explanation("the same bits", ("1 of 2 elements differ", "so"), SIDES))
    html = witness._repr_html_()
    text = words(html)
    for part in (
        "✕ violated addition broken by engine eager",
        witness.claim,
        "expected the same bits found 1 of 2 elements differ so",
        f"▶ {W2}",
        f"{W2}, float32 (4, 5)",
        repr(GOLDEN_GRAPH),
        "batch 1, vocabulary 1, embedding 3, head1/0 4, head2/0 5",
        f"gradcheck replay {witness.name}",
    ):
        assert part in text
    assert re.findall(r'<td class="worst">(.*?)</td>', html) == ["▶ 2", "▶ 5"]
    assert len(tables(html)) == 3
    must_be_accessible(html)


@pytest.mark.usefixtures("lying_eager")
def test_what_was_found_is_shown_entry_by_entry_and_from_its_file_too(make_witness: Make, tmp_path: Path) -> None:
    ((_, explanation),) = replay(make_witness())
    witness = make_witness(explanation=explanation)
    html = witness._repr_html_()
    assert re.findall(r'<td class="worst">(.*?)</td>', html) == ["▶ 32", "▶ 32.0000038"]
    assert html.count("≠ 50.0000038") == 5
    again = load_witness(witness.save(tmp_path))
    assert again._repr_html_() == html
    assert repr(again) == repr(witness) == witness.describe()


def test_where_there_are_no_numbers_there_is_no_table_of_them(make_witness: Make) -> None:
    html = make_witness(explanation=NO_SIDES)._repr_html_()
    assert len(tables(html)) == 1
    assert "differs most" not in html
    must_be_accessible(html)


def test_a_witness_of_a_step_names_its_optimizer(make_witness: Make) -> None:
    assert "addition broken by keras.Adam on engine eager" in words(make_witness(optimizer="keras.Adam")._repr_html_())


def test_what_a_file_says_is_escaped(make_witness: Make) -> None:
    evil = "<script>alert(1)</script>&\x1b"
    html = make_witness(claim=evil, variable=evil, explanation=Explanation(evil, (evil, evil), SIDES))._repr_html_()
    assert "<script" not in html
    assert "\x1b" not in html
    assert "<script>alert(1)</script>&" in words(html)


@pytest.mark.parametrize("wiring", ["chained", "stopped", "parallel"])
@pytest.mark.parametrize("trunk", [(), ("tanh", "dense_bias")])
def test_the_picture_has_every_operation_and_marks_the_variable(make_witness: Make, wiring: str, trunk) -> None:
    graph = TwoHeadGraph(trunk=trunk, head1=("dense",), head2=("dense", "tanh"), wiring=wiring)
    drawn = nodes(graph, W2)
    assert [node.lines for node in drawn if node.style == "marked"] == [("dense", f"▶ {W2}")]
    reads = {node.lines[0]: drawn[node.parent].lines[0] for node in drawn if node.parent >= 0}
    assert reads["loss2"] == "tanh"
    assert ("✕ stop_gradient" in reads) == (wiring == "stopped")
    (place,) = (i for i, node in enumerate(drawn) if node.style == "marked")
    above = drawn[drawn[place].parent].lines[0]
    last = trunk[-1] if trunk else "embedding_lookup"
    assert above == {"chained": "dense", "stopped": "✕ stop_gradient", "parallel": last}[wiring]


def test_boxes_lie_inside_the_picture_and_do_not_overlap(make_witness: Make) -> None:
    graph = TwoHeadGraph(trunk=("tanh",) * 3, head1=("dense_bias",) * 3, head2=("dense",), wiring="parallel")
    sizes = dict.fromkeys(graph.axes, 2)
    witness = make_witness(graph=graph, point=draw(graph, sizes, 1)[0])
    (picture,) = pictures(witness._repr_html_())
    boxes = [[float(e.get(key) or 0) for key in ("x", "y", "width", "height")] for e in picture.iter(f"{SVG}rect")]
    width, height = float(picture.get("width") or 0), float(picture.get("height") or 0)
    assert len(boxes) == 10
    for place, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        for left, top, wide, high in boxes[:place]:
            assert x >= left + wide or left >= x + w or y >= top + high or top >= y + h
