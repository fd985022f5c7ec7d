"""TensorFlow's own faults, each expected by version: one that is mended fails here until it is recorded."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from gradcheck.backend import tensorflow_version
from gradcheck.environment import onednn_dtypes
from gradcheck.examine.known import Known, installed, known_faults

DOCS = Path(__file__).parent.parent / "docs"
# What it shows lasts for the rest of the process, and other tests would meet it.
POISONS = {"failed-map-recompute"}
FAULTS = {fault.trophy: fault for fault in known_faults()}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.trophy)
def test_fault_is_there_in_the_versions_that_have_it(fault: Known, capsys: pytest.CaptureFixture[str]) -> None:
    if installed() < fault.since:
        pytest.skip("not looked for in so old a version")
    if fault.onednn and fault.onednn not in onednn_dtypes():
        pytest.skip("oneDNN has kernels for bfloat16 where the processor has AVX-512")
    script = DOCS / "trophies" / f"{fault.trophy.replace('-', '_')}.py"
    if fault.trophy in POISONS or fault.onednn:  # which is switched on before TensorFlow is imported
        child = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
        shown, verdict = child.stdout, child.stdout.splitlines()[-1]
    else:
        verdict = runpy.run_path(str(script))["main"]()
        shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == verdict, "the last line is the verdict"
    expected = "BUG" if fault.holds(installed()) else "OK"
    assert verdict == expected, f"record in docs/trophies.md what TensorFlow {tensorflow_version()} does:\n{shown}"


def test_every_script_is_expected_and_recorded() -> None:
    scripts = {path.stem.replace("_", "-") for path in (DOCS / "trophies").glob("*.py")}
    assert scripts == set(FAULTS)
    assert scripts == set(json.loads((DOCS / "trophies.json").read_text(encoding="utf-8")))


def test_the_record_agrees_with_the_versions_in_which_a_fault_is_known() -> None:
    record = json.loads((DOCS / "trophies.json").read_text(encoding="utf-8"))
    for name, fault in FAULTS.items():
        for version, verdict in record[name]["verdicts"].items():
            assert (verdict == "BUG") == fault.holds(Version(version).release[:2]), f"{name} on {version}"


def test_the_page_is_what_its_generator_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.delitem(sys.modules, "trophy_page", raising=False)
    from trophy_page import page

    assert (DOCS / "trophies.md").read_text(encoding="utf-8") == page(), "run: python docs/trophy_page.py"
