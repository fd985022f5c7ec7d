"""Formulas evaluate as they are written, and know what a gradient can flow to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.objective import (
    Expression,
    Name,
    Objective,
    Product,
    Stopped,
    Sum,
    a,
    as_objective,
    b,
    loss1,
    loss2,
    stop,
    u,
    with_zeros,
)

NAMES = ("loss1", "loss2", "a", "b")
formulas = st.recursive(
    st.sampled_from(NAMES).map(Name),
    lambda inner: st.builds(Sum, inner, inner) | st.builds(Product, inner, inner) | st.builds(Stopped, inner),
    max_leaves=8,
)
whole = st.fixed_dictionaries({name: st.integers(-9, 9) for name in NAMES})


@given(formulas, whole)
def test_text_of_a_formula_is_its_value(formula: Expression, values: dict[str, int]) -> None:
    """A witness prints formulas in its script: Python must read them as they were meant."""
    known = {**values, "stop_gradient": lambda value: value}
    assert formula.evaluate(values, lambda value: value) == eval(str(formula), known)


@given(formulas, whole)
def test_what_is_stopped_is_stopped_and_nothing_else(formula: Expression, values: dict[str, int]) -> None:
    """Moving a value that is not live cannot move the formula where stops freeze their operand."""
    if formula.live == set(NAMES):
        return
    frozen: list[int] = []
    start = formula.evaluate(values, lambda value: frozen.append(value) or value)
    held = iter(frozen)
    moved = {name: value if name in formula.live else value + 1 for name, value in values.items()}
    assert formula.evaluate(moved, lambda _: next(held)) == start


@pytest.mark.parametrize(
    ("formula", "text", "live"),
    [
        (loss1 + loss2, "loss1 + loss2", {"loss1", "loss2"}),
        (loss1 * loss2, "loss1 * loss2", {"loss1", "loss2"}),
        (stop(loss1) * loss2, "stop_gradient(loss1) * loss2", {"loss2"}),
        (a * (loss1 + loss2), "a * (loss1 + loss2)", {"a", "loss1", "loss2"}),
        (stop(loss1 + loss2), "stop_gradient(loss1 + loss2)", set()),
    ],
)
def test_formulas_say_what_they_are(formula: Expression, text: str, live: set[str]) -> None:
    assert str(formula) == text
    assert formula.live == live


def test_an_objective_says_its_cotangent_and_its_zeros() -> None:
    assert str(as_objective(loss2)) == "loss2"
    assert str(loss2.pulled_by(a * u)) == "loss2 pulled by a * u"
    assert str(with_zeros(loss1)) == "loss1 (unconnected as zeros)"


def test_objectives_are_equal_when_they_ask_for_the_same() -> None:
    assert as_objective(loss1 + loss2) == Objective(Sum(Name("loss1"), Name("loss2")))
    assert as_objective(loss2.pulled_by(u)) == loss2.pulled_by(u)
    assert len({as_objective(loss1), with_zeros(loss1), loss1.pulled_by(u), as_objective(b)}) == 4
