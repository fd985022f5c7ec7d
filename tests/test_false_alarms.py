"""Points at which a law once seemed broken, and rounding was all there was: sweeps found them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradcheck.engines import forget_traces
from gradcheck.engines.numeric import DifferenceProgram
from gradcheck.witness import load_witness, replay

FILES = sorted((Path(__file__).parent / "false_alarms").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_nothing_is_broken(path: Path) -> None:
    assert replay(load_witness(path)) == []


@pytest.fixture
def _traced_anew() -> Iterator[None]:
    forget_traces()
    yield
    forget_traces()


@pytest.mark.usefixtures("_traced_anew")
def test_a_difference_of_losses_that_cancel_is_no_sharper_than_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DifferenceProgram, "_sizes", lambda self, *_: np.zeros((1, len(self._objectives))))
    broken = replay(load_witness(Path(__file__).parent / "false_alarms" / "losses_that_cancel.json"))
    assert [check.claim for check, _ in broken] == ["grad(loss1 + loss2, embedding) = its differences"]
