"""The command line: exit codes, one clear line for every mistake, and reports where they were asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from gradcheck import backend
from gradcheck.cli import app
from gradcheck.engines import engines
from gradcheck.laws import laws
from gradcheck.training import known
from gradcheck.witness import Witness, load_witness

SMALL = ("verify", "--points", "4", "--engine", "eager", "--law", "addition")


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


@pytest.fixture
def _unloaded() -> Iterator[None]:
    """Forget that TensorFlow was loaded, before and after."""
    backend.load.cache_clear()
    yield
    backend.load.cache_clear()


def refused(result: Result) -> str:
    """Return the one line that a mistake is answered with."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


# --- verify -------------------------------------------------------------------------------------


def test_laws_that_hold_exit_with_0_and_leave_nothing(tmp_path: Path) -> None:
    result = invoke(*SMALL)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("All laws hold. ")
    assert list((tmp_path / "cwd").iterdir()) == []


@pytest.mark.usefixtures("lying_eager")
def test_a_broken_law_exits_with_1_and_leaves_a_witness() -> None:
    result = invoke(*SMALL)
    assert result.exit_code == 1
    (path,) = Path(".gradcheck").iterdir()
    assert f"reproduce  gradcheck replay {path}" in result.stdout
    assert load_witness(path).law == "addition"


def test_where_no_law_applies_nothing_holds() -> None:
    result = invoke("verify", "--points", "4", "--engine", "eager", "--law", "own-answer")
    assert result.exit_code == 2
    assert "Nothing was judged: no law applies to what was asked for." in result.stdout


@pytest.mark.usefixtures("failing_eager")
def test_an_engine_that_raises_exits_with_3() -> None:
    result = invoke(*SMALL)
    assert result.exit_code == 3
    assert "engine eager failed: RuntimeError: no such [kernel]" in result.stdout


def test_reports_are_written_where_they_were_asked_for() -> None:
    result = invoke(*SMALL, "--json", "deep/report.json", "--junit", "report.xml")
    assert result.exit_code == 0
    assert json.loads(Path("deep/report.json").read_text())["format"] == "gradcheck-report"
    assert ElementTree.parse("report.xml").getroot().get("tests") == "1"


@pytest.mark.parametrize(
    "asked",
    [
        (*SMALL, "--junit", "-"),
        ("ops", "--op", "tanh", "--junit", "-"),
        ("prove", "sum-rule", "--html", "-"),
        ("flow", "train:losses", "--html", "-"),
        ("flow", "train:losses", "--svg", "-"),
        ("baseline", "compare", "one", "other", "--markdown", "-"),
        ("upgrade", "--from", "2.15.1", "--to", "2.21.0", "--html", "-"),
        ("sweep", "report", "night", "--html", "-"),
    ],
    ids=lambda asked: f"{asked[0]}{asked[-2]}",
)
def test_only_json_goes_to_stdout(asked: tuple[str, ...]) -> None:
    assert refused(invoke(*asked)).startswith("gradcheck: cannot write -: only --json writes to stdout")
    assert list(Path().iterdir()) == []


def test_json_for_a_pipe_has_nothing_around_it() -> None:
    result = invoke(*SMALL, "--json", "-", "--dtype", "float64")
    assert [cell["verdict"] for cell in json.loads(result.stdout)["cells"]] == ["tested"]


def test_the_list_names_every_law_and_engine_with_its_brackets() -> None:
    result = invoke("verify", "--list")
    assert result.exit_code == 0
    for law in laws:
        assert law.name in result.stdout
        assert law.equation.split("  ")[0] in result.stdout.replace("\n", "")
    assert all(engine.about in result.stdout for engine in engines)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--law", "adition"], "unknown law 'adition'; did you mean 'addition'? Known: "),
        (["--law", "addition", "--law", "zzz"], "unknown law 'zzz'. Known: "),
        (["--engine", "eagre"], "unknown engine 'eagre'; did you mean 'eager'? Known: "),
        (["--dtype", "float46"], "unknown dtype 'float46'; did you mean 'float64'? Known: float32, float64"),
        (["--points", "0"], "points must be at least 1; found 0"),
        (["--points", "-3"], "points must be at least 1; found -3"),
        (["--time", "0"], "time must be more than 0 seconds; found 0"),
        (["--time", "-1.5"], "time must be more than 0 seconds; found -1.5"),
        (["--time", "nan"], "time must be more than 0 seconds; found nan"),
        (["--json", "."], "cannot write .: it is a directory"),
        (["--junit", "/"], "cannot write /: it is a directory"),
        (["--json", f"{__file__}/report.json"], f"cannot write {__file__}/report.json: {__file__} is not a directory"),
        (["--witnesses", f"{__file__}/w"], f"cannot write {__file__}/w/witness.json: {__file__} is not a directory"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(options: list[str], message: str) -> None:
    assert refused(invoke("verify", *options)).startswith(f"gradcheck: {message}")


@pytest.mark.parametrize("options", [["--points", "many"], ["--no-such-option"], ["--json"], ["extra"]])
def test_options_that_cannot_be_read_exit_with_2(options: list[str]) -> None:
    result = invoke("verify", *options)
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_an_optimizer_is_judged_by_the_laws_of_a_step_alone() -> None:
    result = invoke("verify", "--optimizer", "v1.Momentum:use_nesterov", "--law", "unchanged", "--json", "-")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {cell["law"] for cell in report["cells"]} == {"unchanged"}
    tested = {cell["engine"] for cell in report["cells"] if cell["verdict"] == "tested"}
    assert tested == {"eager", "graph", "v1"}
    assert report["coverage"] == [
        {"law": "unchanged", "found": 1, "optimizers": ["v1.Momentum:use_nesterov"], "known": [], "missing": []}
    ]


def test_graphs_are_made_of_the_layers_that_are_named() -> None:
    result = invoke(*SMALL, "--layer", "ops.erf", "--json", "-")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["graphs"] == 3
    assert "unknown op 'erff'; did you mean 'erf'?" in refused(invoke(*SMALL, "--layer", "ops.erff"))
    assert "operation 'sort' cannot be a layer: no smooth" in refused(invoke(*SMALL, "--layer", "ops.sort"))


def test_an_optimizer_that_cannot_be_judged_says_why() -> None:
    result = invoke("verify", "--optimizer", "v1.SyncReplicas")
    assert "not judged: v1.SyncReplicas, since it waits for the queues" in result.stdout


def test_an_unknown_optimizer_is_a_mistake_in_every_command() -> None:
    for command in (["verify"], ["routes"]):
        line = refused(invoke(*command, "--optimizer", "keras.Adm"))
        assert line.startswith("gradcheck: unknown optimizer 'keras.Adm'; did you mean 'keras.Adam'? Known: ")


def test_a_step_that_moves_what_it_must_not_is_shown_and_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "KNOWN", ())
    options = ("--optimizer", "keras.SGD:ema_overwrite", "--law", "unchanged", "--engine", "eager")
    result = invoke("verify", *options)
    assert result.exit_code == 1
    assert "unchanged broken by keras.SGD:ema_overwrite on engine eager" in result.stdout
    assert "no gradient was given for it: the optimizer moves it by itself" in result.stdout
    (path,) = Path(".gradcheck").absolute().iterdir()
    again = invoke("replay", path)
    assert again.exit_code == 1
    assert "unchanged broken by keras.SGD:ema_overwrite on engine eager" in again.stdout
    assert "there is no script of it" in refused(invoke("replay", path, "--script"))
    monkeypatch.undo()
    assert invoke("replay", path).exit_code == 0


def test_routes_are_compared_for_a_person_and_for_a_page() -> None:
    shown = invoke("routes", "--optimizer", "v1.Momentum")
    assert shown.exit_code == 0
    assert "v1.Momentum:use_nesterov" in shown.stdout
    page = invoke("routes", "--optimizer", "v1.Momentum", "--markdown")
    assert page.stdout.startswith("| optimizer | custom-gradient | stop-gradient |")
    assert "but momentum moves the variable" in page.stdout


# --- replay -------------------------------------------------------------------------------------


def test_a_damaged_or_foreign_witness_gets_one_line_and_exit_code_2(bad_witness: tuple[Path, str]) -> None:
    path, message = bad_witness
    for options in ([], ["--script"]):
        line = refused(invoke("replay", path, *options))
        assert line.startswith("gradcheck: ")
        assert message in line


@pytest.mark.parametrize(("path", "reason"), [("none.json", "No such file or directory"), (".", "Is a directory")])
def test_a_missing_witness_gets_one_line_and_exit_code_2(path: str, reason: str) -> None:
    assert refused(invoke("replay", path)) == f"gradcheck: cannot read {path}: {reason}"


def test_a_witness_that_holds_now_exits_with_0(make_witness: Callable[..., Witness]) -> None:
    result = invoke("replay", make_witness().save(Path()))
    assert (result.exit_code, result.stdout) == (0, "addition holds on engine eager at this point now.\n")


@pytest.mark.usefixtures("lying_eager")
def test_a_witness_that_is_still_broken_exits_with_1(make_witness: Callable[..., Witness]) -> None:
    path = make_witness().save(Path())
    result = invoke("replay", path)
    assert result.exit_code == 1
    assert result.stdout.startswith("addition broken by engine eager\n")
    # What is found now, and not what the file says was found then.
    assert "20 of 20 elements differ" in result.stdout
    assert f"gradcheck replay {path}" in result.stdout


@pytest.mark.usefixtures("failing_eager")
def test_a_witness_whose_engine_raises_exits_with_3(make_witness: Callable[..., Witness]) -> None:
    result = invoke("replay", make_witness().save(Path()))
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "gradcheck: engine eager failed: RuntimeError: no such [kernel]\n"


def test_a_script_is_printed_and_nothing_else(make_witness: Callable[..., Witness]) -> None:
    result = invoke("replay", make_witness().save(Path()), "--script")
    assert result.exit_code == 0
    assert result.stderr == ""
    compile(result.stdout, "witness.py", "exec")


def test_a_script_of_a_claim_that_is_no_longer_made_exits_with_2(make_witness: Callable[..., Witness]) -> None:
    line = refused(invoke("replay", make_witness(claim="1 = 2").save(Path()), "--script"))
    assert line == "gradcheck: law addition makes no such claim any more: 1 = 2"


# --- TensorFlow ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("_unloaded")
@pytest.mark.parametrize(
    ("version", "message"),
    [(None, "TensorFlow is not installed: "), ("2.14.1", "TensorFlow must be at least 2.15; found 2.14.1. Upgrade it")],
)
def test_tensorflow_that_is_missing_or_too_old_exits_with_2(
    version: str | None, message: str, make_witness: Callable[..., Witness], monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(name: str) -> str:
        if version is None:
            raise PackageNotFoundError(name)
        return version

    monkeypatch.setattr(backend, "version", installed)
    path = make_witness().save(Path())
    for command in (SMALL, ("replay", path), ("replay", path, "--script")):
        result = invoke(*command)
        assert result.exit_code == 2
        assert result.stderr.strip().startswith(f"gradcheck: {message}")


@pytest.mark.usefixtures("_unloaded")
def test_tensorflow_that_cannot_be_imported_exits_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("libtensorflow_cc.so.2: cannot open shared object file")

    monkeypatch.setattr(backend.importlib, "import_module", fail)
    result = invoke(*SMALL)
    assert result.exit_code == 2
    assert "TensorFlow is installed but cannot be imported: libtensorflow_cc.so.2" in result.stderr


def test_tensorflow_starts_without_noise() -> None:
    command = [sys.executable, "-m", "gradcheck", "verify", "--points", "1", "--law", "golden", "--engine", "eager"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert run.stderr.strip() == ""
    assert run.stdout.startswith("Laws by engines")
