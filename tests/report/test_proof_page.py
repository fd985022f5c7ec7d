"""What the page of proofs is made of: formulas that are nothing else, pictures, steps, and numbers."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from gradcheck.proofs import in_order, proofs
from gradcheck.proofs.chapter import Book, Chapter
from gradcheck.proofs.views import by_engine, quantities, told, verdict
from gradcheck.proofs.walk import Curve, Fact, Numbers, Reading
from gradcheck.report.proof_bench import lay_out
from gradcheck.report.proof_curves import draw_curves
from gradcheck.report.proof_graph import draw_graph, row_keys
from gradcheck.report.proof_math import equation, formula, in_words, values
from gradcheck.report.proof_page import proof_page
from proofs.cases import honest_walk
from report import booked


def text_of(mathml: str) -> str:
    return "".join("".join(ElementTree.fromstring(mathml).itertext()).split())


# --- formulas ----------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", in_order(), ids=lambda proof: proof.name)
def test_every_claim_is_a_formula_without_a_word_lost(proof) -> None:
    lines = equation(proof.equation)
    shown = "".join(map(text_of, lines))
    for name in ("loss1", "loss2", "w2"):
        letter = name.replace("loss", "L")
        assert (letter in shown) == (name in proof.equation)
    assert "<mfrac>" in "".join(lines) or "grad(" not in proof.equation or "∇" in shown
    assert "grad(" not in shown


def test_a_claim_reads_as_mathematics() -> None:
    (line,) = equation("grad(loss1 + loss2, w2) = grad(loss2, w2)")
    assert text_of(line) == "∂(L1+L2)∂w2=∂L2∂w2"
    assert [text_of(line) for line in equation("u = 2^-24,  k is in (d/|S|)^k")] == ["u=2−24", "kisin(d/|S|)k"]


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '<mi href="x">W</mi>', '<mi onclick="x()">W</mi>', "<mi>W", "<a><mi/></a>"]
)
def test_nothing_but_a_formula_passes_as_one(hostile: str) -> None:
    assert formula(hostile, "W < 1") == '<math displaystyle="true"><mtext>W &lt; 1</mtext></math>'
    assert "<msub>" in formula("<msub><mi>W</mi><mi>1</mi></msub>", "W₁")


def test_numbers_are_matrices() -> None:
    assert text_of(values([[1, -2], [0.5, "1/3"]])) == "[1−20.513]"
    assert text_of(values(1.5e-7)) == "1.5·10−7"
    assert values([[0] * 9] * 9).count("<mtr>") == 9
    assert "⋮" in values([[0] * 9] * 9)
    assert "⋯" in values([[0] * 9])
    assert "⋯" not in values([[0] * 8])
    assert values([]) == values([[]]) == '<math displaystyle="true"><mtext>no entries</mtext></math>'


def test_names_in_a_sentence_are_code_and_all_else_is_escaped() -> None:
    assert in_words("grad(loss1, <b>) by head2/0/kernel") == (
        "<code>grad(loss1, &lt;b&gt;)</code> by <code>head2/0/kernel</code>"
    )


# --- pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wiring", ["chained", "stopped", "parallel"])
def test_a_picture_has_every_lane_and_every_tensor(wiring: str) -> None:
    (wired,) = (one for one in booked.golden_wirings() if one.wiring == wiring)
    drawing = draw_graph(wired.picture, str)
    keys = {line.key for line in wired.derivation.lines}
    assert {box.at for box in drawing.boxes} - keys <= {"stop"}
    back = {strand.key for strand in drawing.strands if strand.style == "back" and not strand.key.endswith(":stop")}
    assert back == {key for key in keys if key.startswith("loss") and ":" in key and not key.endswith(("l", "g"))}
    assert drawing.cut == (wiring == "stopped")
    assert [strand.lane for strand in drawing.strands if strand.style == "cut"] == [1] * drawing.cut
    assert sum(strand.dot for strand in drawing.strands) == 2
    assert all(row.label in drawing.words for row in wired.picture.rows)


def test_boxes_of_a_deep_graph_do_not_touch() -> None:
    picture = booked.deep_book().chapters[0].walk.picture
    boxes = draw_graph(picture, str).boxes
    assert [box.at for box in boxes] == row_keys(picture.rows)
    places = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.x == b.x]
    assert all(a.y + a.height + 40 <= b.y or b.y + b.height + 40 <= a.y for a, b in places)
    assert len({box.x for box in boxes}) == 2


def test_curves_are_drawn_where_they_are_above_zero() -> None:
    steps = (1e-1, 1e-2, 1e-3)
    chart = draw_curves([Curve("error", steps, (1.0, 0.0, 1e-4)), Curve("rest", steps, (1e-2, 1e-4, 1e-6))])
    assert chart
    assert chart.curves[0].corners == "0.0,0.0 320.0,146.7"
    assert chart.curves[1].corners.endswith("320.0,220.0")
    assert [power for power, _ in chart.up] == [-4, 0]
    assert "least 1.0e-04 at step 1e-03" in chart.words
    assert draw_curves([Curve("error", steps, (0.0, 0.0, 0.0))]) is None


# --- steps and facts ---------------------------------------------------------------------------


def test_every_step_fills_a_cell_and_every_cell_has_its_numbers() -> None:
    for wired in booked.golden_wirings():
        bench = lay_out(wired)
        filled = [(place, value) for tensor in bench.tensors for place, value in tensor.cells if place >= 0]
        told_of = {place for place, _ in filled}
        apart = {place for place, step in enumerate(bench.steps) if step.line.key in ("losses1", "losses2", "joint")}
        assert told_of | apart == set(range(len(bench.steps)))
        assert all(bench.steps[place].line.value == value for place, value in filled)
        assert [of for of, _, _ in bench.passes] == ["", "loss1", "loss2", "joint"]
        assert {step.at for step in bench.steps} <= {
            at for box in bench.drawing.boxes for at in (box.at, *(variable[0] for variable in box.variables))
        }


def test_what_a_variable_gets_is_what_tensorflow_has() -> None:
    chained, stopped, _ = map(lay_out, booked.golden_wirings())
    assert [cell.value for cell in chained.reach[0][2]] == [[[6, 22, 38]], [[410, 1170, 1930]], [[416, 1192, 1968]]]
    assert [(cell.kind, cell.value) for cell in stopped.reach[0][2]][1] == ("blocked", None)
    assert stopped.summary.endswith("is cut off from embedding and head1/0/kernel.")


def test_facts_say_whether_they_are_as_they_must_be() -> None:
    fact = Fact("it is so", "it is not", False, "eager", concludes=True)
    assert [told(fact, broken=broken).word for broken in (True, False)] == ["falls, as it must", "does not hold"]
    assert told(replace(fact, concludes=False), broken=True).style == "wrong"
    assert told(replace(fact, holds=True, reason=True), broken=True).style == "reason"


def test_gradients_are_told_once_for_all_engines_that_have_the_same() -> None:
    readings = (Reading("g", "eager", [1.0]), Reading("g", "graph", [1.0]), Reading("g", "xla", None))
    assert quantities(Numbers(readings))[0].values == [("eager, graph", [1.0]), ("xla", None)]
    assert quantities(Numbers(readings[:2]))[0].values == [("all engines by entries", [1.0])]
    facts = (Fact("a", "", True, "eager"), Fact("a", "", False, "xla"), Fact("b", "", True, "eager"))
    engines, shared, single = by_engine(Numbers((), facts))
    assert (engines, list(shared), [fact.statement for fact in single]) == (["eager", "xla"], ["a"], ["b"])


# --- the page ----------------------------------------------------------------------------------


def test_a_claim_that_is_not_as_stated_is_seen() -> None:
    good = booked.book("sum-rule")
    walk, fallen = good.chapters[0].walk, good.chapters[0].fallen
    lied = replace(walk, structure=replace(walk.structure, facts=(Fact("no path", "a path", False, "traced graph"),)))
    bad = Book((Chapter(lied, fallen),), good.wired)
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert verdict(lied)[0] == "Not shown"
    assert "<strong>Not shown.</strong>" in proof_page(bad)
    assert "Not shown" not in proof_page(good)
    # The walk with its premise stands for one whose premise was removed in vain.
    in_vain = replace(walk, removal="nothing is removed", reason="none")
    assert verdict(in_vain)[0] == "The claim did not fall although its premise was removed"


def test_what_is_given_is_what_the_lines_start_from() -> None:
    page = proof_page(booked.book("sum-rule"))
    assert page.count("<summary>Given</summary>") == 2
    # Its lines are whole numbers, which are not the numbers whose rounding is looked at.
    apart = proof_page(booked.book("floating-point"))
    assert "<summary>Given</summary>" not in apart
    assert apart.count("small whole numbers of its own") == 2


def test_whatever_a_walk_holds_is_escaped() -> None:
    hostile = "</math><img src=x onerror=alert(1)>"
    walk = honest_walk("sum-rule")
    line = replace(walk.derivation.lines[0], mathml=hostile, why=hostile, key=hostile)
    rows = (replace(walk.picture.rows[0], label=hostile), *walk.picture.rows[1:])
    numbers = replace(walk.numbers, readings=(Reading(hostile, hostile, [hostile]),), remark=hostile)
    bad = replace(
        walk, title=hostile, claim=hostile, equation=hostile, premise=hostile, numbers=numbers,
        derivation=replace(walk.derivation, lines=(line,), remark=hostile), picture=replace(walk.picture, rows=rows),
    )  # fmt: skip
    assert "<img" not in proof_page(Book((Chapter(bad, walk),), booked.golden_wirings()))


def test_a_book_of_all_proofs_is_not_large() -> None:
    page = proof_page(booked.book(*proofs.names()))
    assert page.count('<article class="chapter"') == len(proofs.names())
    assert len(page.encode()) < 3_000_000
