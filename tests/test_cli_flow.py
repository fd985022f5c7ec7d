"""``gradcheck flow``: a user's own losses by name, as a table, a path, files, and held against what is expected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from typer.testing import CliRunner, Result

import gradcheck
from gradcheck.cli import app
from gradcheck.flow.result import Flow

SCHEMA = json.loads((Path(gradcheck.__file__).parent / "flow" / "flow.schema.json").read_text(encoding="utf-8"))
MODEL = """
import tensorflow as tf

print("a line that the module prints")
w1 = tf.Variable([1.0, 2.0], name="w1")
w2 = tf.Variable([3.0, 4.0], name="w2")
number = 3


def losses(x):
    output1 = x * w1
    output2 = tf.stop_gradient(output1) * w2
    return {"loss1": tf.reduce_sum(output1), "loss2": tf.reduce_sum(output2)}


def ready():
    return losses(tf.ones([2]))


def dead(x):
    return tf.reduce_sum(tf.nn.relu(-tf.abs(x) - 1.0) * w1)


def looked_up(ids):
    return tf.gather(w1, ids)


def torn(x):
    raise ValueError("no such batch")


class Trainer:
    def losses(self):
        return w1 * 2.0


trainer = Trainer()
"""
TARGET = ("flow", "model:losses", "--input", "float32[None,2]")


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*arguments: object) -> str:
    """Return the one line that a mistake is answered with."""
    result = invoke(*arguments)
    lines = [line for line in result.stderr.splitlines() if line != "a line that the module prints"]
    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 1)
    return lines[0]


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in a folder with a module, which is imported anew by every test."""
    Path(tmp_path / "model.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in ("model", "broken", "train"):
        sys.modules.pop(name, None)


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["model:losses", "model.py:losses", "./model.py:losses"])
def test_a_function_is_found_in_a_module_and_in_a_file(target: str) -> None:
    result = invoke("flow", target, "--input", "float32[None,2]")
    assert result.exit_code == 0
    assert "│ w1       │ ✓ connected   │ ✕ blocked by StopGradient │" in result.stdout
    assert "│ w2       │ – independent │ ✓ connected               │" in result.stdout
    assert result.stdout.endswith("\n2 losses, 2 variables: 2 connected, 1 blocked, 1 independent\n")


def test_what_the_module_prints_stays_out_of_the_report() -> None:
    result = invoke(*TARGET)
    assert "a line that the module prints" not in result.stdout
    assert "a line that the module prints" in result.stderr


@pytest.mark.parametrize("target", ["model:ready", "model:trainer.losses"])
def test_what_takes_no_arguments_needs_no_input(target: str) -> None:
    assert invoke("flow", target).exit_code == 0


def test_variables_can_be_chosen() -> None:
    assert "w1" not in invoke(*TARGET, "--variable", "*2").stdout


def test_a_path_is_shown_with_its_cut() -> None:
    text = invoke(*TARGET, "--explain", "loss2", "w1").stdout
    assert "w1 -> loss2: blocked by StopGradient; the loss depends on it, but no gradient comes back\n" in text
    assert (
        "  ✕ StopGradient\n      model.py:12  output2 = tf.stop_gradient(output1) * w2\n"
        "      it stops the gradient on purpose\n  | Mul\n"
    ) in text


# --- measuring ------------------------------------------------------------------------------------


def test_measuring_shows_norms_and_draws_the_same_inputs_again() -> None:
    first, again = (invoke(*TARGET, "--measure", "--json", "-") for _ in range(2))
    assert first.exit_code == 0
    norms = {(c["loss"], c["variable"]): c["norms"] for c in valid(first.stdout)["cells"]}
    assert len(norms["loss1", "w1"]) == 3
    assert all(norm > 0 for norm in norms["loss1", "w1"])
    assert norms["loss2", "w1"] == [None] * 3
    assert first.stdout == again.stdout


def test_a_dead_cell_is_named() -> None:
    result = invoke("flow", "model:dead", "--input", "float32[2]", "--measure")
    assert "│ w1       │ 0 connected, dead │" in result.stdout
    assert "0 dead  connected, but exactly zero wherever it was measured" in result.stdout
    assert result.exit_code == 0


def test_whole_numbers_fit_a_table_of_two_rows() -> None:
    result = invoke("flow", "model:looked_up", "--input", "int32[None]", "--measure", "--json", "-")
    (cell,) = json.loads(result.stdout)["cells"]
    assert len(cell["norms"]) == 3


def test_a_tape_that_contradicts_the_structure_is_said_and_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(flow: Flow, *args: object) -> Flow:
        norms = {("loss1", "w2"): 0.5, ("loss2", "w2"): 1.0}
        return replace(flow, cells={key: replace(cell, norms=(norms.get(key),)) for key, cell in flow.cells.items()})

    monkeypatch.setattr(Flow, "measure", lie)
    result = invoke(*TARGET, "--measure")
    assert result.exit_code == 1
    assert (
        "Structure and tape disagree. w2 -> loss1: the structure says independent, "
        "and the tape gives a gradient of norm 0.5." in result.stdout
    )
    assert "w1 -> loss1: the structure says connected, and the tape gives None." in result.stdout


# --- files ----------------------------------------------------------------------------------------


def valid(text: str) -> Any:
    stored = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(stored)
    return stored


def test_json_fits_the_schema() -> None:
    stored = valid(invoke(*TARGET, "--json", "-").stdout)
    assert stored["losses"] == ["loss1", "loss2"]
    cells = {(c["loss"], c["variable"]): c for c in stored["cells"]}
    assert cells["loss1", "w2"]["kind"] == "independent"
    (cut,) = cells["loss2", "w1"]["cuts"]
    assert (cut["kind"], cut["file"], cut["line"]) == ("StopGradient", "model.py", 12)
    assert stored["explained"] is None


def test_json_holds_the_path_that_is_explained() -> None:
    stored = valid(invoke(*TARGET, "--json", "-", "--explain", "loss2", "w2").stdout)
    kinds = [step["kind"] for step in stored["explained"]["path"]]
    assert kinds[-2:] == ["Mul", "Sum"]


def test_the_schema_describes_every_field_and_refuses_others() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for definition in (SCHEMA, *SCHEMA["$defs"].values()):
        assert set(definition["required"]) == set(definition["properties"])
        assert all("description" in field or "$ref" in field for field in definition["properties"].values())
    stored = valid(invoke(*TARGET, "--json", "-").stdout)
    for damage in ({"version": 2}, {"extra": 1}, {"cells": [{"kind": "connected"}]}, {"explained": 3}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(stored | damage, SCHEMA)


def test_pictures_are_written_where_they_were_asked_for() -> None:
    result = invoke(*TARGET, "--svg", "deep/flow.svg", "--html", "flow.html", "--explain", "loss2", "w1")
    assert result.exit_code == 0
    assert ElementTree.parse("deep/flow.svg").getroot().tag.endswith("svg")
    assert "blocked by StopGradient" in Path("flow.html").read_text(encoding="utf-8")


# --- what is expected -----------------------------------------------------------------------------


def stored_table() -> dict[str, Any]:
    assert invoke(*TARGET, "--json", "flow.json").exit_code == 0
    stored: dict[str, Any] = json.loads(Path("flow.json").read_text())
    return stored


def expecting(stored: dict[str, Any], *options: str) -> Result:
    Path("flow.json").write_text(json.dumps(stored))
    return invoke(*TARGET, "--expect", "flow.json", *options)


def test_a_table_that_still_holds_exits_with_0() -> None:
    result = expecting(stored_table())
    assert (result.exit_code, result.stdout) == (0, "model:losses is what flow.json says, in all 4 cells\n")


def test_a_table_that_no_longer_holds_exits_with_1_and_shows_the_cells_that_differ() -> None:
    stored = stored_table()
    stored["cells"][2]["kind"] = "independent"
    result = expecting(stored)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:5] == [
        "model:losses is not what flow.json says, in 1 cell",
        "",
        "w1 -> loss2",
        "  expected   independent",
        "  found      blocked",
    ]
    assert lines[5].startswith("  w1 -> loss2: blocked by StopGradient; the loss depends on it")
    assert "    ✕ StopGradient" in lines
    assert sum("  expected   " in line for line in lines) == 1
    assert lines[-1] == (
        "if the change is meant, write it anew: gradcheck flow model:losses --input 'float32[None,2]' --json flow.json"
    )


def test_a_variable_that_is_new_or_gone_differs() -> None:
    stored = stored_table()
    for cell in stored["cells"]:
        cell["variable"] = cell["variable"].replace("w2", "w3")
    result = expecting(stored)
    assert result.exit_code == 1
    assert "in 4 cells" in result.stdout
    assert "w2 -> loss1\n  expected   no such cell: the loss or the variable is new\n  found      independent" in (
        result.stdout
    )
    assert "w3 -> loss2\n  expected   connected\n  found      no such cell: the loss or the variable is gone" in (
        result.stdout
    )


def test_only_the_variables_chosen_are_held_against_the_file() -> None:
    assert expecting(stored_table(), "--variable", "w2").stdout.endswith("in all 2 cells\n")


def test_json_on_stdout_stays_json_when_the_table_no_longer_holds() -> None:
    stored = stored_table()
    stored["cells"][0]["kind"] = "blocked"
    result = expecting(stored, "--json", "-")
    assert result.exit_code == 1
    assert valid(result.stdout)["cells"][0]["kind"] == "connected"
    assert "model:losses is not what flow.json says, in 1 cell" in result.stderr


# --- mistakes -------------------------------------------------------------------------------------


def test_an_expectation_that_is_not_there_says_how_to_write_it() -> None:
    assert refused(*TARGET, "--expect", "none.json", "--variable", "w*") == (
        "gradcheck: --expect: there is no file none.json; write it with: "
        "gradcheck flow model:losses --input 'float32[None,2]' --variable 'w*' --json none.json"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Expecting property name"),
        ("[]", "list indices must be"),
        ("{}", "'format' is missing"),
        ('{"format": "gradcheck-report", "version": 1}', "its format is gradcheck-report 1"),
        (
            '{"format": "gradcheck-flow", "version": 1, "losses": ["a"],'
            ' "cells": [{"loss": "a", "variable": "w", "kind": "linked"}]}',
            "'linked' is not a valid Kind",
        ),
    ],
)
def test_an_expectation_that_is_none_is_refused(text: str, reason: str) -> None:
    Path("bad.json").write_text(text)
    line = refused(*TARGET, "--expect", "bad.json")
    assert line.startswith(f"gradcheck: bad.json holds no flow that gradcheck flow --json wrote: {reason}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model"], "the losses must be given as MODULE:FUNCTION or FILE.py:FUNCTION; found 'model'"),
        (["model:"], "the losses must be given as MODULE:FUNCTION or FILE.py:FUNCTION; found 'model:'"),
        (["modle:losses"], "cannot import modle: ModuleNotFoundError: No module named 'modle'"),
        (["none.py:losses"], "cannot import none.py: there is no such file"),
        (["model:lossess"], "unknown function 'lossess'; did you mean 'losses'? Known: Trainer, dead, l"),
        (["model:number"], "model:number must be callable, such as a function that returns losses; found 3"),
        (["model:losses"], "model:losses(x) cannot be called with 0 --input: missing a required argument: 'x'. Give"),
        (["model:ready", "--input", "int32"], "model:ready() cannot be called with 1 --input: too many positional"),
        (["model:ready", "--variable", "w9"], "variables: no variable is called 'w9'; there are: w1, w2"),
        (["model:ready", "--explain", "loss3", "w1"], "unknown loss 'loss3'; did you mean 'loss2'? Known: loss1"),
        (["model:losses", "--input", "float23[2]"], "unknown dtype 'float23'; did you mean 'float32'? Known: bfl"),
        (
            ["model:losses", "--input", "[2]"],
            "--input must be a dtype and a shape such as float32[None,3]; found '[2]'",
        ),
        (["model:losses", "--input", "float32[-1]"], "--input must be a dtype and a shape such as float32[None,3]"),
        (["model:ready", "--json", "."], "cannot write .: it is a directory"),
        (["model:ready", "--svg", "."], "cannot write .: it is a directory"),
        (["model:ready", "--html", "model.py/x"], "cannot write model.py/x: model.py is not a directory"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    assert refused("flow", *arguments).startswith(f"gradcheck: {message}")


def test_losses_that_raise_are_a_mistake_of_theirs() -> None:
    result = invoke("flow", "model:torn", "--input", "int32")
    assert result.exit_code == 2
    assert "gradcheck: losses cannot be traced: ValueError: no such batch\n" in result.stderr
    assert result.stdout == ""


def test_an_import_that_fails_says_where() -> None:
    Path("broken.py").write_text("x = 1\ny = x / 0\n")
    for source in ("broken", "broken.py"):
        line = refused("flow", f"{source}:losses")
        assert line == (
            f"gradcheck: cannot import {source}: ZeroDivisionError: division by zero ({Path.cwd()}/broken.py:2)"
        )


def test_a_file_named_as_a_library_does_not_take_its_place() -> None:
    kept = sys.modules["json"]
    Path("model.py").rename("json.py")
    assert invoke("flow", "json.py:ready").exit_code == 0
    assert sys.modules["json"] is kept


def test_it_runs_as_a_program_without_noise(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-m", "gradcheck", *TARGET, "--measure"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert run.returncode == 0
    assert run.stderr == "a line that the module prints\n"
    assert run.stdout.startswith("Which loss reaches which variable")
