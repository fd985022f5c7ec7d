"""A witness is stored whole, replays on the engine it names, and is refused when it is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradcheck.errors import EngineError, UsageError
from gradcheck.explain import Explanation
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.witness import Witness, judge_again, load_witness, replay

Make = Callable[..., Witness]


def test_a_saved_witness_is_loaded_whole(make_witness: Make, tmp_path: Path) -> None:
    saved = make_witness(
        peers=("graph", "eager"), stacked=True, exact=True, explanation=Explanation("ä", ("one", "two"))
    )
    again = load_witness(saved.save(tmp_path / "deep" / "folder"))
    assert again.to_json() == saved.to_json()
    assert (again.graph, again.peers, again.explanation) == (saved.graph, saved.peers, saved.explanation)
    for name, value in saved.point.values.items():
        assert again.point.values[name].dtype == value.dtype
        np.testing.assert_array_equal(again.point.values[name], value)


def test_its_name_depends_on_the_case_alone(make_witness: Make) -> None:
    usual = make_witness()
    assert usual.name == "witness-b526689b.json"
    assert make_witness(environment={}, explanation=Explanation("", ("",)), peers=()).name == usual.name
    assert make_witness(engine="graph").name != usual.name
    assert make_witness(graph=GOLDEN_GRAPH.changed(dtype="float64")).name != usual.name


def test_a_damaged_or_foreign_file_is_refused_with_one_reason(bad_witness: tuple[Path, str]) -> None:
    path, message = bad_witness
    with pytest.raises(UsageError) as raised:
        load_witness(path)
    assert message in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^cannot read .*none\.json: No such file or directory$"):
        load_witness(tmp_path / "none.json")


def test_a_witness_with_fields_of_a_later_minor_version_is_read(make_witness: Make, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_text(json.dumps(make_witness().to_json() | {"note": "by hand"}))
    assert load_witness(path).law == "addition"


def test_a_law_that_holds_replays_to_nothing(make_witness: Make) -> None:
    assert replay(make_witness()) == []
    assert not judge_again(make_witness()).comparison.broken.any()


@pytest.mark.usefixtures("lying_eager")
def test_a_law_that_is_broken_replays_to_what_was_found(make_witness: Make) -> None:
    ((check, explanation),) = replay(make_witness())
    assert check.claim == make_witness().claim
    assert explanation.expected == "the same bits"
    assert explanation.found[0] == "20 of 20 elements differ; worst [0, 0]"
    assert judge_again(make_witness()).comparison.broken.all()


def test_a_claim_that_is_no_longer_made_is_refused(make_witness: Make) -> None:
    with pytest.raises(UsageError, match=r"^law addition makes no such claim any more: 1 = 2$"):
        judge_again(make_witness(claim="1 = 2"))


def test_a_law_that_does_not_apply_says_why(make_witness: Make) -> None:
    reason = r"^law numeric does not apply to this graph on engine numeric: a method is not checked against itself$"
    with pytest.raises(UsageError, match=reason):
        replay(make_witness(law="numeric", engine="numeric"))


@pytest.mark.usefixtures("failing_eager")
def test_an_engine_that_raises_is_an_error_of_its_own(make_witness: Make) -> None:
    with pytest.raises(EngineError, match=r"^engine eager failed: RuntimeError: no such \[kernel\]$"):
        replay(make_witness())
