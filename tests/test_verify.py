"""The run as a whole: what it judges, what it reports, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faults.faults import Fault, Faulty
from gradcheck.engines import engines
from gradcheck.errors import UsageError
from gradcheck.gradient import Unconnected
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.results import Report, Verdict
from gradcheck.verify import Settings, verify
from gradcheck.witness import load_witness, replay


def run(monkeypatch: pytest.MonkeyPatch, engine: Any, **options: Any) -> Report:
    """Verify one law with an engine planted in place of the real one."""
    monkeypatch.setitem(engines._entries, engine.name, engine)
    return verify(Settings(points=3, engines=(engine.name,), **options))


def test_honest_run_holds_and_counts() -> None:
    report = verify(Settings(points=6, engines=("eager",), laws=("addition", "leak")))
    assert report.exit_code == 0
    assert report.graphs == 3
    assert report.cells["addition", "eager"].verdict is Verdict.TESTED
    assert report.cells["addition", "eager"].identities == 1
    assert report.cells["leak", "eager"].reasons["head 2 does not read head 1"] > 0


def test_traced_absence_is_proved() -> None:
    report = verify(Settings(points=3, engines=("graph",), laws=("presence",)))
    assert report.cells["presence", "graph"].verdict is Verdict.PROVED


def test_violation_is_shrunk_written_and_replayed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    liar = Faulty(Fault("last bit", "addition", _last_bit, engine="eager"))
    report = run(monkeypatch, liar, laws=("addition",), witnesses=tmp_path)
    assert report.exit_code == 1
    (violation,) = report.violations
    assert violation.witness.graph.trunk == ()
    assert max(violation.witness.point.sizes.values()) <= 5
    assert violation.path is not None
    witness = load_witness(violation.path)
    assert replay(witness)
    monkeypatch.undo()
    assert not replay(witness)


def _last_bit(honest, graph, points, objectives, stacked):
    found = honest(graph, points, objectives, stacked=stacked)
    joint = as_objective(loss1 + loss2)
    return replace(
        found,
        gradients={
            key: g if isinstance(g, Unconnected) or key[0] != joint else np.nextafter(g, np.inf)
            for key, g in found.gradients.items()
        },
    )


@dataclass(frozen=True)
class Failing:
    """An engine that raises."""

    name: str = "eager"
    honest: Any = engines["graph"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.honest, name)

    def evaluate(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no such kernel")


def test_engine_that_raises_is_an_error_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(monkeypatch, Failing(), laws=("addition",))
    cell = report.cells["addition", "eager"]
    assert cell.verdict is Verdict.ERROR
    assert "engine eager failed: RuntimeError: no such kernel" in cell.errors
    assert report.exit_code == 3


def test_interrupt_keeps_what_is_done() -> None:
    def stop_at_random_graphs(what: str, share: float) -> None:
        if "random graph" in what:
            raise KeyboardInterrupt

    report = verify(Settings(points=3, engines=("eager",), laws=("golden",)), stop_at_random_graphs)
    assert report.interrupted
    assert report.cells["golden", "eager"].tested == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": 0}, "points must be at least 1; found 0"),
        ({"points": -5}, "points must be at least 1; found -5"),
        ({"seconds": 0.0}, "time must be more than 0 seconds; found 0"),
        ({"dtypes": ("float16",)}, "unknown dtype 'float16'"),
        ({"engines": ("xlaa",)}, "did you mean 'xla'"),
        ({"laws": ("adition",)}, "did you mean 'addition'"),
    ],
)
def test_wrong_settings_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Settings(**options)
