"""Verdicts put the worst first, and exit codes follow them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from gradcheck.experiment import Claim
from gradcheck.results import Cell, Report, Verdict


def report(*cells: Cell, **fields: Any) -> Report:
    named = {(f"law{i // 2}", f"engine{i % 2}"): cell for i, cell in enumerate(cells)}
    return Report(named, {"tensorflow": "2.21.0"}, **fields)


def claim(*, holds: bool) -> Claim:
    return Claim(1, "a claim", "this", "that", holds)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, Verdict.NOT_APPLICABLE),
        ({"structural": 2}, Verdict.PROVED),
        ({"identities": 1, "doubt_bits": 90.0}, Verdict.PROVED),
        ({"structural": 2, "tested": 3}, Verdict.TESTED),
        ({"tested": 3, "errors": ["engine failed"]}, Verdict.ERROR),
        ({"tested": 3, "broken": 1, "errors": ["engine failed"]}, Verdict.VIOLATED),
        ({"structural": 2, "broken": 1}, Verdict.VIOLATED),
    ],
)
def test_the_worst_thing_known_is_the_verdict(facts: dict[str, Any], verdict: Verdict) -> None:
    assert Cell(**facts).verdict is verdict


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (report(Cell(tested=1)), 0),
        (report(Cell(tested=1), Cell(broken=1)), 1),
        (report(Cell(tested=1), Cell(errors=["failed"])), 3),
        (report(Cell(errors=["failed"]), Cell(broken=1)), 1),
        (report(Cell(tested=1), claims=[claim(holds=True)]), 0),
        (report(claims=[claim(holds=True)]), 0),
        (report(Cell(), Cell(reasons=Counter(["no head"]))), 2),
        (report(Cell(errors=["failed"])), 3),
        (report(Cell(tested=1), claims=[claim(holds=True), claim(holds=False)]), 1),
    ],
)
def test_exit_codes_tell_a_broken_law_from_a_failed_engine(found: Report, code: int) -> None:
    assert found.exit_code == code
    assert found.violated == (code == 1)


@pytest.mark.parametrize(("cells", "words"), [((Cell(tested=1), Cell()), "all laws hold"), ((Cell(),), "nothing was")])
def test_where_nothing_was_judged_nothing_is_said_to_hold(cells: tuple[Cell, ...], words: str) -> None:
    assert f"\n{words}" in str(report(*cells))


def test_a_doubt_is_not_told_smaller_than_it_is() -> None:
    assert Cell(identities=1, doubt_bits=8.7).words == "2^-8"


def test_laws_and_engines_keep_their_order() -> None:
    found = report(Cell(), Cell(), Cell(), Cell())
    assert found.laws == ("law0", "law1")
    assert found.engines == ("engine0", "engine1")


def test_cells_do_not_share_what_they_collect() -> None:
    first, second = Cell(), Cell()
    first.errors.append("failed")
    first.reasons["because"] += 1
    assert not second.errors
    assert not second.reasons
