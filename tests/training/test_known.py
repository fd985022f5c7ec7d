"""What is known to differ does differ: an exception that is no longer needed fails here."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from training.support import training

from gradcheck.backend import tensorflow_version
from gradcheck.training.known import KNOWN
from gradcheck.training.laws import step_laws
from gradcheck.training.optimizers import find_optimizers

KERAS_3 = tuple(map(int, tensorflow_version().split(".")[:2])) >= (2, 16)


@cache
def broken_claims(law, optimizer):
    checks = step_laws[law].judge(training(optimizer.name))
    return [check.claim for check in checks if check.comparison.broken.any()]


@pytest.mark.skipif(not KERAS_3, reason="Keras 2 has no such optimizers, or does not do otherwise")
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.law}: {known.reason[:40]}")
def test_what_is_known_to_differ_differs(known) -> None:
    matching = [o for o in find_optimizers() if known.names(o) and not o.why_not()]
    for pattern in known.optimizers:
        assert any(replace(known, optimizers=(pattern,)).names(o) for o in matching), pattern
    holds = [o.name for o in matching if not any(known.covers(known.law, o, c) for c in broken_claims(known.law, o))]
    assert holds == [], f"{known.law} holds for these now"
