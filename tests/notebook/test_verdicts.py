"""A verdict, a cell and a report show themselves in words and marks, escaped, and without times."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Callable

import pytest

from gradcheck.experiment import Claim
from gradcheck.notebook.words import badge
from gradcheck.results import Cell, Report, Verdict, Violation
from gradcheck.witness import Witness
from notebook.shown import must_be_accessible, words

CELLS = {
    ("addition", "eager"): Cell(tested=1234, worst=0.25, identities=1, doubt_bits=300.0),
    ("addition", "graph"): Cell(structural=3),
    ("leak", "eager"): Cell(broken=66, tested=70, worst=float("inf")),
    ("leak", "graph"): Cell(reasons=Counter({"head 2 <reads> head 1": 3})),
    ("golden", "eager"): Cell(errors=["engine eager failed: <b>"]),
    ("golden", "graph"): Cell(ill_conditioned=2),
}


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_shows_itself_with_its_mark_and_meaning(verdict: Verdict) -> None:
    html = verdict._repr_html_()
    shown = badge(verdict.value)
    assert words(html) == f"{shown.mark} {verdict.value} {shown.meaning}"
    must_be_accessible(html)


def test_each_mark_but_that_of_what_holds_is_one_verdicts_own() -> None:
    marks = Counter(badge(verdict.value).mark for verdict in Verdict)
    assert marks == {"✓": 2, "✕": 1, "–": 1, "!": 1}


def test_a_verdict_is_still_the_word_that_it_was() -> None:
    assert Verdict("proved") is Verdict.PROVED
    assert Verdict.PROVED == "proved"
    assert json.dumps(Verdict.PROVED) == '"proved"'
    assert pickle.loads(pickle.dumps(Verdict.PROVED)) is Verdict.PROVED


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("addition", "eager"), "comparisons at a point 1,234"),
        (("addition", "eager"), "doubt that is left by exact agreement 2^-300"),
        (("addition", "eager"), "worst error, as a share of what is allowed 0.25"),
        (("addition", "graph"), "comparisons that the traced graph decides for all values 3"),
        (("leak", "eager"), "broken comparisons at a point 66"),
        (("leak", "graph"), "– not applicable the law says nothing here head 2 <reads> head 1"),
        (("golden", "eager"), "! error the engine raised engine eager failed: <b>"),
        (("golden", "graph"), "comparisons left out, where rounding swamps the gradient 2"),
    ],
)
def test_a_cell_shows_what_was_counted_and_why(key, text: str) -> None:
    html = CELLS[key]._repr_html_()
    assert text in words(html)
    assert "<b>" not in html
    must_be_accessible(html)


def test_a_report_shows_its_table_its_claims_and_every_broken_law(make_witness: Callable[..., Witness]) -> None:
    claims = [Claim(1, "One <holds>.", "", "", True), Claim(2, "One not.", "this", "that", False)]
    found = Report(CELLS, {}, [Violation(make_witness())], claims, points=12, graphs=3, seconds=17.25)
    html = found._repr_html_()
    text = words(html)
    assert "law eager graph addition ✓ tested 1,234 · 0.25, 2^-300 ✓ proved leak ✕ violated 66 – not applicable" in text
    assert "One <holds>. ✓ holds One not. ✕ violated expected this; found that" in text
    assert "violated: 12 points, 3 random graphs" in text
    assert "addition broken by engine eager" in text
    assert "17" not in text
    must_be_accessible(html)


def test_a_report_prints_its_table_and_every_broken_law(make_witness: Callable[..., Witness]) -> None:
    found = Report(CELLS, {}, [Violation(make_witness())], points=12, graphs=3, interrupted=True)
    text = repr(found)
    assert "│ addition │ 1,234 · 0.25 │ proved │" in text
    assert "violated, interrupted: 12 points, 3 random graphs\n\naddition broken by engine eager\n" in text
    assert repr(Report({}, {})).endswith("nothing was judged: 0 points, 0 random graphs")
    assert "an engine failed" in repr(Report({("golden", "eager"): Cell(errors=["no"])}, {}))
