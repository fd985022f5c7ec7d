"""What a program reads fits the published schema, whatever a run found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import gradcheck.report
from gradcheck.experiment import Claim
from gradcheck.report.json import to_json
from gradcheck.results import Cell, Report, Violation
from gradcheck.verify import Settings, verify
from gradcheck.witness import Witness, load_witness

SCHEMA = json.loads((Path(gradcheck.report.__file__).parent / "verify.schema.json").read_text(encoding="utf-8"))
SMALL = Settings(points=4, engines=("eager",), laws=("addition",))


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def valid(report: Report) -> Any:
    """Read a report as a strict reader does."""
    stored = json.loads(to_json(report), parse_constant=refuse)
    jsonschema.Draft202012Validator(SCHEMA).validate(stored)
    return stored


@cache
def honest() -> Report:
    return verify(SMALL)


def test_the_schema_is_one_and_describes_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for definition in (SCHEMA, *SCHEMA["$defs"].values()):
        if definition.get("additionalProperties") is False:
            assert set(definition["required"]) == set(definition["properties"])
            assert all("description" in field or "$ref" in field for field in definition["properties"].values())


def test_a_run_that_holds_fits_the_schema() -> None:
    stored = valid(honest())
    assert stored["exit_code"] == 0
    assert stored["violations"] == []
    (cell,) = stored["cells"]
    assert (cell["law"], cell["engine"], cell["verdict"], cell["worst"]) == ("addition", "eager", "tested", 0.0)


@pytest.mark.usefixtures("lying_eager")
def test_a_run_that_is_violated_fits_the_schema(tmp_path: Path) -> None:
    stored = valid(verify(Settings(points=4, engines=("eager",), laws=("addition",), witnesses=tmp_path)))
    assert stored["exit_code"] == 1
    (cell,), (violation,) = stored["cells"], stored["violations"]
    assert (cell["verdict"], cell["worst"]) == ("violated", None)
    assert violation["text"].startswith("addition broken by engine eager\n")
    assert load_witness(Path(violation["path"])).to_json() == violation["witness"]


@pytest.mark.usefixtures("failing_eager")
def test_a_run_whose_engine_fails_fits_the_schema() -> None:
    stored = valid(verify(SMALL))
    assert stored["exit_code"] == 3
    assert stored["cells"][0]["errors"] == ["engine eager failed: RuntimeError: no such [kernel]"]


def test_everything_a_report_can_hold_fits_the_schema(make_witness: Callable[..., Witness]) -> None:
    cell = Cell(reasons=Counter({"head 2 reads head 1": 2}), identities=1, doubt_bits=64.5, structural=1)
    claim = Claim(3, "The embedding never changes.", "the same bits", "others", False)
    report = Report(
        {("leak", "xla"): cell},
        make_witness().environment,
        violations=[Violation(make_witness())],
        claims=[claim],
        interrupted=True,
    )
    stored = valid(report)
    assert stored["violations"][0]["path"] is None
    assert stored["cells"][0]["doubt_bits"] == 64.5
    assert stored["claims"][0]["holds"] is False


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 2},
        {"extra": 1},
        {"points": -1},
        {"exit_code": 2},
        {"interrupted": "no"},
        {"cells": [{"law": "leak"}]},
        {"environment": {}},
        {"violations": [{"text": "", "path": None, "witness": {}}]},
    ],
)
def test_the_schema_refuses_what_is_no_report(damage: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(valid(honest()) | damage, SCHEMA)
