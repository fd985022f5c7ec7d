"""A finding is stored whole, is judged again where it was, and is refused when its file is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gradcheck.cli import app
from gradcheck.domain import real
from gradcheck.errors import EngineError, UsageError
from gradcheck.examine.finding import Finding
from gradcheck.examine.judge import examine
from gradcheck.examine.plan import Choice
from gradcheck.examine.witness import FindingWitness, judge_again, load_finding, replay, to_subject
from gradcheck.op import Op, edge, ops
from gradcheck.oracles import Doubt
from oracles import lies

LIE = lies.op(lies.wrong_entry)
DOUBT = Doubt("reverse against numeric", "1", "2, allowed 0.1", "input 0 [1, 0]", 0.1)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a lie, and an operation with an empty edge, into the catalogue."""
    empty = Op("hollow", "lies", lambda x: x * x, (real(2, 2),), (edge("empty", real(0, 3)),), ("complex64",))
    assert "tanh" in ops
    for op in (LIE, empty):
        monkeypatch.setitem(ops._entries, op.name, op)


@pytest.fixture
def lie(tmp_path: Path) -> Path:
    """Write the witness of a lie."""
    (finding,) = examine(LIE, Choice(oracle=("numeric",))).findings
    return FindingWitness(finding).save(tmp_path / "deep")


def invoke(*arguments: object) -> Result:
    found = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_a_saved_finding_is_loaded_whole(lie: Path) -> None:
    loaded = load_finding(lie)
    assert loaded.finding == examine(LIE, Choice(oracle=("numeric",))).findings[0]
    assert loaded.to_json() == json.loads(lie.read_text())
    assert {"tensorflow", "python", "keras"} <= set(loaded.environment)
    assert lie.name == loaded.name == FindingWitness(loaded.finding, "no script", {}).name


def test_empty_and_complex_inputs_keep_their_shapes(tmp_path: Path) -> None:
    for place, shape in (("empty", (0, 3)), ("", (2, 2))):
        finding = Finding("hollow", place, "complex64", "form", DOUBT, 1)
        loaded = load_finding(FindingWitness(finding).save(tmp_path))
        one, other = to_subject(finding).values[0], to_subject(loaded.finding).values[0]
        assert (other.shape, other.dtype) == (shape, "complex64")
        assert one.tobytes() == other.tobytes()


def test_a_fault_that_is_still_there_exits_with_1(lie: Path) -> None:
    shown = invoke("replay", lie)
    assert shown.exit_code == 1
    assert shown.stdout.startswith("wrong_entry: reverse against numeric\n")
    assert f"  reproduce  gradcheck replay {lie}\n" in shown.stdout
    assert "  where      wrong_entry/float64/numeric, input 0 [1, 0]\n" in shown.stdout


def test_a_fault_that_is_gone_exits_with_0(lie: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ops._entries, LIE.name, Op(LIE.name, "lies", lies.honest, LIE.inputs))
    shown = invoke("replay", lie)
    assert shown.exit_code == 0
    assert shown.stdout == "wrong_entry/float64/numeric: reverse against numeric is gone at these inputs now.\n"
    assert replay(load_finding(lie)) is None


def test_its_script_is_printed_and_nothing_else(lie: Path) -> None:
    shown = invoke("replay", lie, "--script")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "def wrong_entry(x):" in shown.stdout
    compile(shown.stdout, "finding.py", "exec")


def test_an_operation_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thing = object()
    monkeypatch.setitem(ops._entries, "opaque", Op("opaque", "lies", lambda x: x if thing else -x, LIE.inputs))
    path = FindingWitness(Finding("opaque", "", "float64", "numeric", DOUBT, 0)).save(tmp_path)
    shown = invoke("replay", path, "--script")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith("gradcheck: no script can be made of operation opaque: ")


def test_an_operation_that_fails_is_an_error_of_its_own(lie: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(x):
        raise NotImplementedError("no kernel")

    monkeypatch.setitem(ops._entries, LIE.name, Op(LIE.name, "lies", fails, LIE.inputs))
    with pytest.raises(EngineError, match=r"^operation wrong_entry failed: NotImplementedError: no kernel$"):
        judge_again(load_finding(lie))
    assert invoke("replay", lie).exit_code == 3


def test_an_oracle_that_does_not_apply_any_more_says_why(lie: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = Op(LIE.name, "lies", LIE.call, LIE.inputs, limits={"numeric": "it is random"})
    monkeypatch.setitem(ops._entries, LIE.name, limited)
    with pytest.raises(UsageError, match=r"^oracle numeric does not judge wrong_entry/float64: it is random$"):
        judge_again(load_finding(lie))


def _with(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda stored: stored | fields


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "truncated": (lambda stored: json.dumps(stored)[:-20], "is not a witness: it is not JSON (line 1: "),
    "a list": (lambda _: [1, 2], 'is not a witness: expected "format": '),
    "foreign": (_with(format="other"), 'is not a witness: expected "format": '),
    "of a later version": (_with(version=9), "has witness version 9; this gradcheck reads version 1"),
    "without inputs": (
        lambda stored: {name: stored[name] for name in stored if name != "inputs"},
        "is not a whole witness: inputs missing",
    ),
    "of an unknown operation": (_with(op="tanhh"), "unknown op 'tanhh'; did you mean 'tanh'?"),
    "of an unknown edge": (_with(op="hollow", edge="emty"), "unknown edge of operation hollow 'emty'; did you mean"),
    "of an unknown oracle": (_with(oracle="numerics"), "unknown oracle 'numerics'; did you mean 'numeric'?"),
    "of an unknown dtype": (_with(dtype="float16"), "unknown dtype 'float16'"),
    "of other shapes": (
        _with(inputs=[{"shape": [3], "real": [1, 2, 3]}]),
        "operation wrong_entry takes inputs of shapes (2, 2) there; found (3,)",
    ),
    "of too many inputs": (_with(inputs=[]), "takes inputs of shapes (2, 2) there; found none"),
    "of ragged inputs": (_with(inputs=[{"shape": [2, 2], "real": [[1], [2, 3]]}]), "a field has the wrong type"),
    "of fewer numbers": (_with(inputs=[{"shape": [2, 2], "real": [1.0]}]), "a field has the wrong type"),
    "of words": (_with(inputs="two"), "a field has the wrong type"),
    "without a seed": (_with(seed=None), "a field has the wrong type"),
    "of a negative seed": (_with(seed=-1), "the seed must be 0 or more; found -1"),
    "of an endless bound": (_with(allowed="much"), "a field has the wrong type"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("options", [(), ("--script",)])
def test_a_damaged_or_foreign_file_gets_one_line_and_exit_code_2(
    name: str, options: tuple[str, ...], lie: Path
) -> None:
    change, message = BAD[name]
    changed = change(json.loads(lie.read_text()))
    lie.write_text(changed if isinstance(changed, str) else json.dumps(changed))
    shown = invoke("replay", lie, *options)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith(f"gradcheck: {lie} ")
    assert message in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    shown = invoke("replay", tmp_path / "none.json")
    assert (shown.exit_code, shown.stderr.endswith("none.json: No such file or directory\n")) == (2, True)
