"""What is known to differ does differ: an exception that is no longer needed fails here."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from gradcheck.training.known import KNOWN, installed
from gradcheck.training.laws import step_laws
from gradcheck.training.optimizers import find_optimizers
from training.support import training


@cache
def broken_claims(law, optimizer):
    checks = step_laws[law].judge(training(optimizer.name))
    return [check.claim for check in checks if check.comparison.broken.any()]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.law}: {known.reason[:40]}")
def test_what_is_known_to_differ_differs(known) -> None:
    if installed() < known.since:
        assert not any(known.names(optimizer) for optimizer in find_optimizers())
        return
    matching = [o for o in find_optimizers() if known.names(o) and not o.why_not()]
    holds = [o.name for o in matching if not any(known.covers(known.law, o, c) for c in broken_claims(known.law, o))]
    if installed() < (2, 16):
        # Keras 2 has other slots and fewer optimizers; the lists are written for Keras 3.
        assert len(holds) < len(matching)
        return
    assert holds == [], f"{known.law} holds for these now"
    for pattern in known.optimizers:
        assert any(replace(known, optimizers=(pattern,)).names(o) for o in matching), pattern
