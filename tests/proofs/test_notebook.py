"""A proof shows itself: its claim, its graph, its lines with their numbers, and the facts of each step; all escaped."""

from __future__ import annotations

from dataclasses import replace

import pytest

import gradcheck
from gradcheck.proofs.values import rows_of
from gradcheck.proofs.walk import Fact, Walk
from notebook.shown import must_be_accessible, pictures, words


@pytest.fixture(scope="module")
def walk() -> Walk:
    return gradcheck.prove("sum-rule", engines=("eager",))


@pytest.fixture(scope="module")
def broken() -> Walk:
    return gradcheck.prove("sum-rule", engines=("eager",), without_premise=True)


def test_a_proof_shows_its_claim_its_lines_and_its_facts(walk: Walk) -> None:
    html = walk._repr_html_()
    text = words(html)
    assert text.startswith(f"✓ shown {walk.title} {walk.claim} {walk.equation} premise: {walk.premise}")
    assert all(" ".join(part.split()) in text for line in walk.derivation.lines for part in (line.text, line.why))
    assert "32 32 32 32 32 38 38 38 38 38" in text
    assert all(fact.statement in text for fact in (*walk.structure.facts, *walk.numbers.facts))
    assert "To try harder: gradcheck verify --law addition" in text
    assert len(pictures(html)) == 1
    assert "<details open>" not in html
    must_be_accessible(html)


def test_a_proof_without_its_premise_shows_what_falls_and_why(broken: Walk) -> None:
    html = broken._repr_html_()
    text = words(html)
    assert text.startswith(f"✕ falls {broken.title}")
    assert f"premise removed: {broken.removal}" in text
    assert broken.reason.rstrip(".") in text
    assert "TensorFlow has 64" in text
    assert "! not as stated" not in text
    assert "<details open>" in html
    must_be_accessible(html)


def test_a_fact_that_must_not_fall_is_told_from_one_that_must(walk: Walk) -> None:
    wrong = Fact("<b>one & one</b>", "<i>three</i>", False, "eager")
    fallen = replace(walk, structure=replace(walk.structure, facts=(wrong,)))
    html = fallen._repr_html_()
    assert words(html).startswith("! not as stated")
    assert "! <b>one & one</b> <i>three</i> eager" in words(html)
    assert "<b>" not in html
    assert repr(fallen).endswith("  wrong         <b>one & one</b>: <i>three</i>")


def test_a_proof_prints_itself_in_a_few_lines(walk: Walk, broken: Walk) -> None:
    first, claim, premise, derivation, *_ = repr(walk).splitlines()
    assert (first, claim) == ("The sum rule: shown", f"  claim         {walk.equation}")
    assert premise == f"  premise       {walk.premise}"
    assert derivation.startswith("  derivation    ")
    assert derivation.endswith("facts, all hold")
    assert repr(broken).startswith("The sum rule: falls\n")
    assert "fallen" in repr(broken)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (7, ["7"]),
        (0.25, ["0.25"]),
        (None, ["-"]),
        ("1/3", ["1/3"]),
        ([1, 20], ["1  20"]),
        ([[1, 20], [300, 4]], ["  1   20", "300    4"]),
        ([], [""]),
        ([[], []], ["", ""]),
    ],
)
def test_numbers_stand_in_rows_and_columns(value, rows: list[str]) -> None:
    assert [row.split() for row in rows_of(value)] == [row.split() for row in rows]
    assert len({len(row) for row in rows_of(value)}) == 1
