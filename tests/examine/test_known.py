"""Known faults are named, new ones are told, and one that is gone is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.examine import known
from gradcheck.examine.finding import Examined, Finding
from gradcheck.examine.known import Known, find_gone, find_known, known_faults
from gradcheck.examine.result import summarise
from gradcheck.oracles import Doubt, oracles
from gradcheck.report.ops import describe_cause, result_json, result_junit

DOUBT = Doubt("eager against XLA", "1", "2", "input 0 [0]")
FINDING = Finding("sqrt", "", "complex64", "xla", DOUBT, 0, ([1.0],))
FAULT = Known("xla-sqrt", ("sqrt/complex*/xla",))
WRITTEN = {"sqrt: eager against XLA": Path(".gradcheck/finding-1a2b3c4d.json")}
FAMILIES = {"sqrt": "elementwise", "kills": "elementwise"}


def examined(*findings, judged=("sqrt/complex64/xla",)):
    return Examined("sqrt", findings, judged)


def test_a_finding_is_known_by_its_label_and_what_disagrees() -> None:
    assert find_known(FINDING, [FAULT]) is FAULT
    assert find_known(FINDING, [Known("other", ("sqrt/*",), what="reverse*")]) is None
    assert find_known(FINDING, [Known("other", ("tanh/*",))]) is None
    assert find_known(FINDING, [Known("other", ("sqrt/*",), found="None")]) is None


def test_a_fault_is_known_only_in_its_versions() -> None:
    assert find_known(FINDING, [Known("later", ("sqrt/*",), since=(9, 0))]) is None
    assert find_known(FINDING, [Known("mended", ("sqrt/*",), before=(2, 0))]) is None


def test_a_known_fault_that_does_not_show_where_it_was_judged_is_gone() -> None:
    assert find_gone([examined()], [FAULT]) == [FAULT]
    assert find_gone([examined(FINDING)], [FAULT]) == []
    assert find_gone([examined(judged=("tanh/float32/xla",))], [FAULT]) == []
    assert find_gone([examined()], [Known("shy", ("sqrt/*",), surely=())]) == []


def test_findings_are_grouped_by_cause_and_the_exit_code_is_strict() -> None:
    known = summarise([examined(FINDING, FINDING)], [FAULT])
    assert [(cause.name, len(cause.findings)) for cause in known.causes] == [("xla-sqrt", 2)]
    assert known.exit_code == 0
    new = summarise([examined(FINDING)], [])
    assert [cause.name for cause in new.new] == ["sqrt: eager against XLA"]
    assert new.exit_code == 1
    assert summarise([examined()], [FAULT]).exit_code == 1
    assert summarise([Examined("kills", killed="its process ended with exit code -11")], []).exit_code == 3


def test_a_new_cause_is_told_with_how_to_see_it_again() -> None:
    (cause,) = summarise([examined(FINDING)], []).causes
    text = "\n".join(describe_cause(cause, WRITTEN))
    assert "new    sqrt: eager against XLA" in text
    assert "reproduce  gradcheck replay .gradcheck/finding-1a2b3c4d.json" in text
    (known,) = summarise([examined(FINDING)], [FAULT]).causes
    assert describe_cause(known, {}) == ["known  xla-sqrt", "  shows at   sqrt/complex64/xla"]


def test_a_result_is_json_and_junit() -> None:
    result = summarise([examined(FINDING), Examined("kills", killed="signal")], [])
    stored = result_json(result, FAMILIES, WRITTEN)
    assert stored["causes"][0]["findings"] == [FINDING.to_json()]
    assert stored["causes"][0]["witness"] == ".gradcheck/finding-1a2b3c4d.json"
    assert Finding.from_json(FINDING.to_json()) == FINDING
    xml = result_junit(result, FAMILIES, WRITTEN)
    assert 'failures="1"' in xml
    assert 'errors="1"' in xml


def test_every_known_fault_has_its_trophy() -> None:
    trophies = Path(__file__).parents[2] / "docs" / "trophies"
    scripts = {script.stem.replace("_", "-") for script in trophies.glob("*.py")}
    assert {fault.trophy for fault in known_faults()} <= scripts


@pytest.mark.parametrize(("kernels", "holds"), [({"float32", "bfloat16"}, True), ({"float32"}, False), (set(), False)])
def test_a_fault_of_onednn_is_expected_where_its_kernels_run(
    monkeypatch: pytest.MonkeyPatch, *, kernels: set[str], holds: bool
) -> None:
    monkeypatch.setattr(known, "onednn_kernels", lambda: frozenset(kernels))
    fault = Known("one", onednn="bfloat16")
    assert fault.holds() is holds
    assert fault.holds((2, 21))


@pytest.mark.parametrize("fault", known_faults(), ids=lambda fault: fault.trophy)
def test_where_a_fault_must_show_names_the_oracle(fault: Known) -> None:
    """Else it would be missed by a run of other oracles, and told to be gone."""
    for place in fault.sure_places:
        assert place.rpartition("/")[2] in oracles.names(), place
