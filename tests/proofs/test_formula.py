"""Formulas: what they are worth, and how they are written."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest

from gradcheck.proofs.formula import (
    Formula,
    Looked,
    Name,
    Number,
    Ones,
    Partial,
    Scattered,
    Squared,
    Stopped,
    Summed,
    exactly,
)

A, B, C = Name("a", "A"), Name("b", "B", "1"), Name("c", "c")
IDS = Name("ids", "ids")
VALUES = {
    "a": np.array([[1, 2], [3, 4]], dtype=object),
    "b": np.array([[5, 6], [7, 8]], dtype=object),
    "c": np.array([10, 100], dtype=object),
    "ids": np.array([1, 1]),
    "L:a": np.array([[1, 1], [1, 1]], dtype=object),
}

WORTH: list[tuple[Formula, str, object]] = [
    (A + B, "A + B₁", [[6, 8], [10, 12]]),
    (A - (B - A), "A − (B₁ − A)", [[-3, -2], [-1, 0]]),
    (A @ B, "A · B₁", [[19, 22], [43, 50]]),
    (A.T @ (A + B), "Aᵀ · (A + B₁)", [[36, 44], [52, 64]]),
    (A * B, "A ⊙ B₁", [[5, 12], [21, 32]]),
    (C * A, "c ⊙ A", [[10, 20], [300, 400]]),
    (Number(2) * (A - B), "2 · (A − B₁)", [[-8, -8], [-8, -8]]),
    (Number(Fraction(1, 2)) * A, "1/2 · A", [[Fraction(1, 2), 1], [Fraction(3, 2), 2]]),
    (Squared(A - B), "(A − B₁)²", [[16, 16], [16, 16]]),
    (Summed(A, 0, "i"), "sum over i of A", [4, 6]),
    (Summed(A - B, -1, "j"), "sum over j of (A − B₁)", [-8, -8]),
    (Ones(A), "1", [[1, 1], [1, 1]]),
    (Stopped(A), "stop(A)", [[1, 2], [3, 4]]),
    (Looked(A, IDS), "A[ids]", [[3, 4], [3, 4]]),
    (Scattered(A, IDS, B), "A added into rows ids", [[0, 0], [4, 6]]),
    (Partial(Name("L", "L", "2"), A), "∂L₂/∂A", [[1, 1], [1, 1]]),
]


@pytest.mark.parametrize(("formula", "text", "worth"), WORTH, ids=[text for _, text, _ in WORTH])
def test_a_formula_is_worth_what_it_says(formula: Formula, text: str, worth: object) -> None:
    assert formula.text() == text
    assert np.asarray(formula.evaluate(VALUES)).tolist() == worth
    assert formula.names <= set(VALUES)


@pytest.mark.parametrize(("formula", "text", "worth"), WORTH, ids=[text for _, text, _ in WORTH])
def test_its_mathml_is_well_formed(formula: Formula, text: str, worth: object) -> None:
    ElementTree.fromstring(f"<math>{formula.mathml().replace('&#x2062;', '')}</math>")


def test_numbers_are_taken_exactly() -> None:
    assert exactly(np.array([1.0, 0.1, -2.5])).tolist() == [1, Fraction(0.1), Fraction(-5, 2)]
    assert exactly(3.0) == 3
    assert isinstance(exactly(3.0), int)
    assert np.isnan(exactly(float("nan")))
    assert exactly(np.array([1, 2], np.int32)).tolist() == [1, 2]
