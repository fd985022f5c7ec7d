"""An operation that kills its process, or raises, is a verdict; the run goes on."""

from __future__ import annotations

import os

from gradcheck.examine.finding import Examined
from gradcheck.examine.plan import Choice
from gradcheck.examine.pool import examine_all


def behave(name, choice):
    if name == "kills":
        os._exit(11)
    if name == "raises":
        raise ValueError("not today")
    return Examined(name, judged=(name,))


def test_a_process_that_dies_costs_one_verdict() -> None:
    told = []
    names = ["fine", "kills", "raises", "good"]
    found = {
        one.op: one for one in examine_all(names, Choice(), workers=1, run=behave, progress=lambda *a: told.append(a))
    }
    assert list(found) == names
    assert found["kills"].killed == "its process ended with exit code 11"
    assert found["raises"].gaps == {"raises": "ValueError: not today"}
    assert [found[name].judged for name in ("fine", "good")] == [("fine",), ("good",)]
    assert [what for what, _ in told] == [f"examining {name}" for name in names]


def test_when_time_is_up_nothing_new_is_begun() -> None:
    names = [f"op{i}" for i in range(64)]
    assert len(list(examine_all(names, Choice(), workers=1, seconds=0.0, run=behave))) < len(names)
