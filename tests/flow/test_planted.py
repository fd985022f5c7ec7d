"""Structure, tape and construction agree on random graphs with control flow, and every planted cut is named.

``GRADCHECK_GRAPHS=2000 pytest tests/flow/test_planted.py`` judges more of them.
"""

from __future__ import annotations

import os

import pytest

from flow import planted
from flow.planted import PASSES, find_faults
from gradcheck.backend import tf

GRAPHS = int(os.environ.get("GRADCHECK_GRAPHS", "24"))


@pytest.mark.parametrize("index", range(GRAPHS))
def test_structure_tape_and_construction_agree(index) -> None:
    assert list(find_faults(11, index)) == []


# --- lies: a construction that is not what was built must be noticed -------------------------------


def first_fault(monkeypatch, change, claimed) -> str:
    """Claim something false of one change, plant it everywhere, and return the first thing that is noticed."""
    monkeypatch.setattr(planted, "PASSES", {**PASSES, change: claimed})
    monkeypatch.setattr(planted.Planted, "_draw", lambda self: change)
    return next(fault for index in range(6) for fault in find_faults(11, index))


@pytest.mark.parametrize(
    ("change", "claimed", "noticed"),
    [
        (planted.straight_through, "blocked", "expected blocked, found connected"),
        (planted.stopped_in_a_loop, "connected", "expected connected, found blocked"),
        (planted.shape_only, "connected", "expected connected, found independent"),
        (planted.delayed, "independent", "expected independent, found connected"),
    ],
)
def test_a_false_claim_of_what_a_change_does_is_noticed(monkeypatch, change, claimed, noticed) -> None:
    assert noticed in first_fault(monkeypatch, change, claimed)


def test_a_cut_that_was_not_planted_is_noticed(monkeypatch) -> None:
    def cuts(self, change):
        known = through(self, change)
        return planted.Known(known.tensor, known.value, known.gradient)

    through = planted.Known.through
    monkeypatch.setattr(planted.Known, "through", cuts)
    faults = (fault for index in range(6) for fault in find_faults(11, index))
    assert "its cuts are none of those planted" in next(faults)


def test_a_tape_that_contradicts_the_structure_is_noticed(monkeypatch) -> None:
    gradient = tf.GradientTape.gradient

    def forget(self, target, sources, **options):
        return [None, *gradient(self, target, sources, **options)[1:]]

    monkeypatch.setattr(tf.GradientTape, "gradient", forget)
    faults = (fault for index in range(6) for fault in find_faults(11, index))
    assert "the structure says connected, and the tape gives None" in next(faults)
