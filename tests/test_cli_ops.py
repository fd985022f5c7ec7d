"""``gradcheck ops`` and ``gradcheck coverage``: what they print, write and return."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from gradcheck.cli import app
from gradcheck.examine import pool, result
from gradcheck.examine.finding import Examined, Finding
from gradcheck.examine.known import Known
from gradcheck.oracles import Doubt


def invoke(*arguments: object) -> Result:
    found = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


@pytest.fixture
def _pretended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let every operation have one finding, without running it."""

    def examine_all(names, choice, **options):
        for name in names:
            doubt = Doubt("eager against XLA", "1", "2", "input 0 [0]")
            finding = Finding(name, "", "float64", "xla", doubt, choice.seed)
            yield Examined(name, (finding,), (finding.label,), {f"{name}/zero": "no kernel"}, frozenset({"Tanh"}), 0.5)

    monkeypatch.setattr(pool, "examine_all", examine_all)
    monkeypatch.chdir(tmp_path)


def test_an_operation_is_judged_in_a_process_of_its_own(tmp_path: Path) -> None:
    report, junit = tmp_path / "ops.json", tmp_path / "ops.xml"
    found = invoke("ops", "--op", "tanh", "--edges", "--workers", 1, "--json", report, "--junit", junit)
    assert found.exit_code == 0
    assert "0 new, 0 known, 0 gone" in found.stdout
    stored = json.loads(report.read_text())
    assert stored["causes"] == []
    assert {"Tanh", "TanhGrad"} <= set(stored["operations"]["tanh"]["gradient_functions"])
    assert any(label.endswith("/numeric") for label in stored["operations"]["tanh"]["judged"])
    assert ElementTree.parse(junit).getroot().get("failures") == "0"


def test_starting_tensorflow_says_nothing_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gradcheck", "ops", "--op", "tanh", "--oracle", "form", "--time", "0"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stderr == ""
    assert run.stdout.endswith("0 new, 0 known, 0 gone\n")


@pytest.mark.usefixtures("_pretended")
def test_an_interrupt_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole, report = pool.examine_all, tmp_path / "ops.json"

    def stopped(names, choice, **options):
        yield next(whole(names, choice, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(pool, "examine_all", stopped)
    found = invoke("ops", "--op", "tanh", "--op", "sigmoid", "--json", report)
    assert found.exit_code == 1
    assert "Interrupted; so far 1 new, 0 known, 0 gone" in found.stdout
    stored = json.loads(report.read_text())
    assert (stored["interrupted"], list(stored["operations"])) == (True, ["tanh"])
    assert len(list((tmp_path / ".gradcheck").iterdir())) == 1


@pytest.mark.usefixtures("_pretended")
@pytest.mark.parametrize("option", [("--seed", -1), ("--workers", 0), ("--time", -1)])
def test_numbers_below_what_is_possible_are_refused(option: tuple[str, int]) -> None:
    assert invoke("ops", "--op", "tanh", *option).exit_code == 2


@pytest.mark.usefixtures("_pretended")
def test_each_new_cause_of_an_operation_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = pool.examine_all

    def twice(names, choice, **options):
        for one in whole(names, choice, **options):
            (finding,) = one.findings
            other = replace(finding, doubt=replace(finding.doubt, what="eager against tf.function"))
            yield replace(one, findings=(finding, other))

    monkeypatch.setattr(pool, "examine_all", twice)
    invoke("ops", "--op", "tanh", "--junit", tmp_path / "ops.xml")
    failures = [one.get("message", "") for one in ElementTree.parse(tmp_path / "ops.xml").getroot().iter("failure")]
    assert [("XLA" in text, "tf.function" in text) for text in failures] == [(True, False), (False, True)]


@pytest.mark.usefixtures("_pretended")
def test_what_is_new_is_told_and_fails(tmp_path: Path) -> None:
    found = invoke("ops", "--op", "tanh", "--witnesses", tmp_path / "new")
    assert found.exit_code == 1
    (path,) = (tmp_path / "new").iterdir()
    stored = json.loads(path.read_text())
    assert (stored["op"], stored["oracle"], stored["no_script"]) == ("tanh", "xla", "")
    assert "new    tanh: eager against XLA" in found.stdout
    assert "reproduce  gradcheck replay " in found.stdout
    assert path.name in found.stdout
    assert invoke("replay", path).exit_code == 0
    assert "1 new, 0 known, 0 gone" in found.stdout


@pytest.mark.usefixtures("_pretended")
def test_what_is_known_does_not_fail_and_what_is_gone_does(monkeypatch: pytest.MonkeyPatch) -> None:
    summarise = result.summarise
    faults = [Known("tanh-under-xla", ("tanh/*/xla",))]
    monkeypatch.setattr(result, "summarise", lambda examined, **options: summarise(examined, faults, **options))
    found = invoke("ops", "--op", "tanh")
    assert (found.exit_code, "known  tanh-under-xla" in found.stdout) == (0, True)
    faults.append(Known("sine-under-xla", ("tanh/*/xla",), what="reverse*"))
    found = invoke("ops", "--op", "tanh")
    assert (found.exit_code, "gone   sine-under-xla" in found.stdout) == (1, True)


@pytest.mark.usefixtures("_pretended")
def test_coverage_tells_what_ran_and_what_did_not() -> None:
    found = invoke("coverage", "--family", "elementwise")
    assert found.exit_code == 0
    assert "1 of" in found.stdout
    assert "not executed: " in found.stdout
    assert "cannot run here (a GPU's kernel): " in found.stdout
    assert "| elementwise | 1 |" in invoke("coverage", "--family", "elementwise", "--markdown").stdout


def test_families_and_oracles_are_listed() -> None:
    shown = invoke("ops", "--list").stdout
    assert "numeric" in shown
    assert "elementwise" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--op", "tanhh"), "unknown op 'tanhh'; did you mean 'tanh'?"),
        (("--family", "elementwize"), "unknown family 'elementwize'; did you mean 'elementwise'?"),
        (("--oracle", "numeric "), "unknown oracle 'numeric '; did you mean 'numeric'?"),
        (("--dtype", "float8"), "unknown dtype 'float8'; did you mean 'float64'?"),
        (("--witnesses", "/proc/nowhere"), "cannot write /proc/nowhere/finding.json"),
        (("--json", "/proc/nowhere/x.json"), "cannot write /proc/nowhere/x.json"),
    ],
)
def test_a_mistake_is_one_line(arguments, message) -> None:
    found = invoke("ops", *arguments)
    assert found.exit_code == 2
    assert message in found.stderr
