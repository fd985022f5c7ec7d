"""A user's own step is held to what it must move and must leave."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.assertions import assert_step
from gradcheck.backend import tf
from gradcheck.errors import LawBroken, UsageError


@pytest.fixture
def pair():
    return tf.Variable([1.0, 2.0], name="w1"), tf.Variable([[3.0]], name="w2")


def test_what_moves_and_what_stays_passes(pair) -> None:
    w1, w2 = pair
    assert_step(lambda: w1.assign_add([0.0, 1.0]), changes=[w1], leaves=[w2], steps=2)


def test_a_variable_that_moves_is_named_with_step_and_size(pair) -> None:
    w1, w2 = pair
    moves = iter([0.0, 0.5])
    with pytest.raises(LawBroken) as raised:
        assert_step(lambda: w1.assign_add([0.0, next(moves)]), leaves=[w1, w2], steps=2)
    assert str(raised.value).splitlines() == [
        "a step does what it must not do",
        "w1",
        "  expected   the same bits",
        "  found      moved by at most 0.5 at step 2; 1 of 2 elements",
        "  where      w1, float32 (2,)",
    ]


def test_a_variable_that_stands_still_is_named(pair) -> None:
    w1, w2 = pair
    with pytest.raises(LawBroken, match=r"w2\n  expected   a change\n  found      the same bits after 3 steps"):
        assert_step(lambda: w1.assign_add([1.0, 1.0]), changes=[w1, w2], steps=3)


def test_a_move_and_back_is_no_rest(pair) -> None:
    w1, _ = pair
    moves = iter([1.0, -1.0])
    with pytest.raises(LawBroken, match="at step 1"):
        assert_step(lambda: w1.assign_add([0.0, next(moves)]), leaves=[w1], steps=2)


def test_nan_that_stays_nan_has_not_moved() -> None:
    w = tf.Variable([np.nan])
    assert_step(lambda: None, leaves=[w])


def test_a_reader_of_ones_own_is_used() -> None:
    values = {"w": np.zeros(2)}

    def step() -> None:
        values["w"] = values["w"] + 1

    assert_step(step, changes=["w"], read=values.__getitem__)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "changes and leaves are both empty"),
        ({"steps": 0}, "steps must be at least 1; found 0"),
    ],
)
def test_an_assertion_that_could_not_fail_is_refused(arguments, message) -> None:
    with pytest.raises(UsageError, match=message):
        assert_step(lambda: None, **arguments)


def test_a_variable_in_both_lists_is_refused(pair) -> None:
    with pytest.raises(UsageError, match="a variable cannot both change and be left as it was: w1"):
        assert_step(lambda: None, changes=[pair[0]], leaves=[pair[0]])
