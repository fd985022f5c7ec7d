"""Negative controls are caught, with what moved, by how much, when and why."""

from __future__ import annotations

import re

import pytest

from gradcheck.graph import Wiring
from gradcheck.training.judge import judge_law
from gradcheck.training.laws import step_laws
from gradcheck.training.laws.agreement import agree
from gradcheck.training.routes import routes
from training.support import training

MODES = pytest.mark.parametrize("mode", ["eager", "graph"])


def told(check) -> str:
    return "\n".join(check.explanation.found)


@MODES
@pytest.mark.parametrize(
    ("optimizer", "cause"),
    [
        ("keras.SGD:momentum", r"its gradient was zero, but momentum carried it on \(.+ not zero\)"),
        ("keras.SGD:weight_decay", r"its gradient was zero, but .*weight decay carried it on"),
        ("keras.AdamW", r"its gradient was zero, but momentum and weight decay carried it on"),
        ("v1.Momentum", r"its gradient was zero, but momentum carried it on \(momentum not zero\)"),
    ],
)
def test_masking_by_zeros_is_caught(optimizer, cause, mode) -> None:
    judgement = judge_law(step_laws["unchanged"], training(optimizer, mode, route="zero-masked"))
    check = next(check for check in judgement.broken if check.claim == "embedding stays as it was")
    text = told(check)
    assert "at step 1, embedding moved by at most 0.0" in text
    assert re.search(cause, text), text


@MODES
def test_a_list_too_wide_is_caught(mode) -> None:
    judgement = judge_law(step_laws["unchanged"], training("keras.SGD", mode, route="list-too-wide"))
    text = told(judgement.broken[0])
    assert "at step 1, embedding moved by at most 0.00" in text
    assert "the list is too wide: its gradient, up to 0." in text


@MODES
def test_a_joint_loss_without_a_cut_leaks_into_head_1(mode) -> None:
    broken = [c for c in agree(training("keras.SGD", mode), routes["joint-uncut"]) if c.comparison.broken.any()]
    assert broken[0].variable == "head1/0/kernel"
    text = told(broken[0])
    assert "at step 1, head1/0/kernel moved by at most 0.0" in text
    assert "leak: the other loss adds up to 0." in text


@pytest.mark.parametrize("wiring", [Wiring.STOPPED, Wiring.PARALLEL])
def test_heads_that_are_apart_need_no_cut(wiring) -> None:
    checks = list(agree(training("keras.SGD", wiring=wiring), routes["joint-uncut"]))
    assert not any(check.comparison.broken.any() for check in checks)


def test_plain_gradient_descent_does_not_tell_zeros_from_nothing() -> None:
    assert judge_law(step_laws["unchanged"], training("v1.GradientDescent", route="zero-masked")).broken == []


def test_every_control_says_why_it_is_wrong() -> None:
    assert {route.name for route in routes if route.why_wrong} == {"joint-uncut", "zero-masked", "list-too-wide"}
