"""An assertion raises what a law found, says how to see it again, and never passes without looking."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from faults.faults import FAULTS, Faulty
from gradcheck.assertions import assert_law
from gradcheck.engines import engines
from gradcheck.errors import EngineError, LawBroken, UsageError
from gradcheck.golden import GOLDEN_GRAPH, W2, golden_point
from gradcheck.point import draw
from gradcheck.witness import load_witness

PARALLEL = GOLDEN_GRAPH.changed(wiring="parallel")


@pytest.mark.parametrize("law", ["addition", "golden", "leak", "slices"])
def test_a_law_that_holds_passes(law: str) -> None:
    assert_law(law, GOLDEN_GRAPH, golden_point())


@pytest.mark.usefixtures("lying_eager")
def test_a_broken_law_fails_with_its_claim() -> None:
    with pytest.raises(LawBroken) as raised:
        assert_law("addition", GOLDEN_GRAPH, golden_point())
    lines = str(raised.value).splitlines()
    assert lines[0] == "addition broken by engine eager"
    assert f"  claim      grad(loss1 + loss2, {W2}) = grad(loss2, {W2})" in lines
    assert not any("reproduce" in line for line in lines)


@pytest.mark.usefixtures("lying_eager")
def test_a_broken_law_leaves_a_witness_where_it_is_told_to(tmp_path: Path) -> None:
    with pytest.raises(LawBroken) as raised:
        assert_law("addition", GOLDEN_GRAPH, golden_point(), witnesses=tmp_path / "kept")
    (path,) = (tmp_path / "kept").iterdir()
    assert str(raised.value).endswith(f"\n  reproduce  gradcheck replay {path}")
    assert load_witness(path).graph == GOLDEN_GRAPH


@pytest.mark.usefixtures("lying_eager")
def test_a_lie_about_one_law_leaves_others_alone() -> None:
    assert_law("leak", GOLDEN_GRAPH, golden_point())


def test_engines_that_agree_with_their_peers_pass_and_others_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    check = partial(assert_law, "agreement", GOLDEN_GRAPH, golden_point(), engine="v1", peers=("v1", "eager"))
    check()
    (fault,) = (fault for fault in FAULTS if fault.name == "one of many engines off by 1 %")
    monkeypatch.setitem(engines._entries, "eager", Faulty(replace(fault, engine="eager")))
    with pytest.raises(LawBroken, match=rf"claim      grad\(loss2, {W2}\) by v1 = by eager"):
        check()


@pytest.mark.usefixtures("failing_eager")
def test_an_engine_that_raises_is_no_broken_law() -> None:
    with pytest.raises(EngineError, match="engine eager failed: RuntimeError"):
        assert_law("addition", GOLDEN_GRAPH, golden_point())


@pytest.mark.parametrize(
    ("law", "graph", "options", "message"),
    [
        ("aditivity", GOLDEN_GRAPH, {}, r"^unknown law 'aditivity'; did you mean 'additivity'\?"),
        ("leak", GOLDEN_GRAPH, {"engine": "grahp"}, r"^unknown engine 'grahp'; did you mean 'graph'\?"),
        ("agreement", GOLDEN_GRAPH, {"peers": ("xlaa",)}, r"^unknown engine 'xlaa'; did you mean 'xla'\?"),
        ("leak", PARALLEL, {}, r"^law leak does not apply to engine eager on this graph: head 2 does not read head 1$"),
    ],
)
def test_wrong_names_and_laws_that_do_not_apply_are_refused(
    law: str, graph: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        assert_law(law, graph, golden_point(), **options)


def test_comparing_nothing_is_no_pass() -> None:
    with pytest.raises(
        UsageError, match=r"^law agreement has nothing to compare on engine eager at this point, with peers \(\)$"
    ):
        assert_law("agreement", GOLDEN_GRAPH, golden_point())
    with pytest.raises(UsageError, match="law golden has nothing to compare"):
        assert_law("golden", GOLDEN_GRAPH, draw(GOLDEN_GRAPH, golden_point().sizes, 1)[0])
