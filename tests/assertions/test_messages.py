"""What a user reads when an assertion fails, recorded word for word in tests/messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from assertions import models
from assertions.models import ENCODER, MEAN, POLICY, VALUE, X
from gradcheck import (
    LawBroken,
    assert_flow,
    assert_isolated,
    assert_only_changes,
    assert_reaches,
    assert_same_gradients,
    assert_unchanged,
)
from gradcheck.flow.stages import shorten

MESSAGES = Path(__file__).parent.parent / "messages"
EXPECTED = {
    "policy": {"policy/*": "connected", "encoder/kernel": "independent", "value/kernel": "independent"},
    "value": {"encoder/kernel": "connected", "value/*": "connected", "policy/kernel": "independent"},
}

FAILURES = {
    "isolated": lambda: assert_isolated(models.actor_critic, "value", X, from_=[ENCODER, POLICY]),
    "reaches": lambda: assert_reaches(models.actor_critic, "policy", X, variables=[ENCODER, POLICY, VALUE]),
    "flow": lambda: assert_flow(models.actor_critic, EXPECTED, X),
    "unchanged": lambda: assert_unchanged(models.train_step, [POLICY, VALUE]),
    "only_changes": lambda: assert_only_changes(models.train_step, ["value/*", "policy/*"], among=models.ALL),
    "same_gradients": lambda: assert_same_gradients(models.plain, models.halved, X, variables=[ENCODER, VALUE]),
    "same_presence": lambda: assert_same_gradients(models.plain, models.cut, X, variables=[ENCODER, VALUE]),
}


@pytest.fixture(autouse=True)
def as_it_was():
    before = [(variable, variable.numpy()) for variable in (ENCODER, POLICY, VALUE, MEAN)]
    yield
    for variable, value in before:
        variable.assign(value)


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_reads_as_recorded(name: str) -> None:
    with pytest.raises(LawBroken) as raised:
        FAILURES[name]()
    text = str(raised.value).replace(shorten(models.__file__), "models.py")
    assert text + "\n" == (MESSAGES / f"assert_{name}.txt").read_text()


def test_the_readme_shows_what_is_printed() -> None:
    readme = (MESSAGES.parent.parent / "README.md").read_text()
    assert f"```text\n{(MESSAGES / 'assert_isolated.txt').read_text()}```" in readme
