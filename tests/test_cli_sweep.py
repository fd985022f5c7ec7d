"""``gradcheck sweep``: what is asked for, what is refused in one line, exit codes, and going on."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gradcheck.cli import app
from gradcheck.sweep import run, workers
from gradcheck.sweep.judge import Judged
from gradcheck.sweep.log import create, read
from gradcheck.sweep.plan import DEFAULT_POINTS
from gradcheck.sweep.tally import Tally
from sweep import made
from sweep.fake import Fake
from sweep.made import PLAN, plain, whole

BELOW = made.BROKEN_AT  # points of which none is broken


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["sweep", *(str(argument) for argument in arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(result: Result) -> str:
    """Return the one line that a mistake is answered with."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Judge by arithmetic, in this process."""
    one = Fake(2)
    monkeypatch.setattr(workers, "Local", lambda count: nullcontext(one))
    monkeypatch.setattr(run, "work", made.work)
    monkeypatch.setattr(run, "look", made.look)
    monkeypatch.setattr(run, "wait", one.wait)
    return one


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Run nothing, and note what would be."""
    found: list[dict[str, Any]] = []

    class Noted:
        interrupted = False

        def __init__(self, log: Any, ready: Any, seconds: float | None, show: Any) -> None:
            found.append({"plan": log.plan, "part": log.part, "workers": ready, "seconds": seconds, "log": log})

        def run(self) -> None: ...

    monkeypatch.setattr(run, "Sweep", Noted)
    monkeypatch.setattr(workers, "Local", lambda count: nullcontext(("local", count)))
    monkeypatch.setattr(workers, "Cluster", lambda address: nullcontext(("cluster", address)))
    return found


# --- what is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"points": DEFAULT_POINTS, "seed": 0, "engines": ("graph",), "laws": (), "exact": False}),
        (["--points", "1e9"], {"points": 10**9}),
        (["--points", "2.5e3"], {"points": 2500}),
        (["--time", "8h"], {"points": None}),
        (["--time", "8h", "--points", "7"], {"points": 7}),
        (["--engine", "eager", "--engine", "graph"], {"engines": ("eager", "graph")}),
        (["--law", "leak", "--law", "addition"], {"laws": ("leak", "addition")}),
        (["--dtype", "float32", "--seed", "-3"], {"dtypes": ("float32",), "seed": -3}),
        (["--exact"], {"exact": True, "dtypes": ("float64",)}),
    ],
)
def test_options_are_the_plan(started: list[dict[str, Any]], options: list[str], expected: dict[str, Any]) -> None:
    assert invoke(*options).stderr == ""
    (one,) = started
    assert {name: getattr(one["plan"], name) for name in expected} == expected
    assert one["log"].folder == Path(".gradcheck/sweep")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("8h", 28800), ("1d", 86400), ("7", 7), ("0.5m", 30)]
)
def test_a_duration_has_a_unit(started: list[dict[str, Any]], text: str, seconds: float) -> None:
    invoke("--time", text)
    assert started[0]["seconds"] == seconds


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ("local", None)),
        (["--workers", "3"], ("local", 3)),
        (["--scheduler", "tcp://x:1"], ("cluster", "tcp://x:1")),
    ],
)
def test_workers_are_chosen(started: list[dict[str, Any]], options: list[str], expected: tuple[str, Any]) -> None:
    invoke(*options, "--part", "2/3")
    assert (started[0]["workers"], started[0]["part"]) == (expected, (2, 3))


def test_time_and_workers_may_be_others_when_a_sweep_goes_on(started: list[dict[str, Any]]) -> None:
    create(Path("night"), PLAN)
    invoke("--resume", "night", "--time", "1h", "--workers", "4")
    assert (started[0]["seconds"], started[0]["workers"]) == (3600, ("local", 4))
    assert started[0]["plan"] == PLAN


def test_help_tells_the_exit_codes_and_where_a_law_is_judged() -> None:
    told = " ".join(invoke("--help").stdout.replace("│", " ").split())
    assert "Exit code: 0 all hold, 1 a law is broken, 2 wrong usage or nothing judged, 3 an engine failed." in told
    assert "Only this law, at every point, or at two of a stack if it takes points one by one" in told


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--workers", "2", "--scheduler", "tcp://x:1"], "--workers are this machine's processes and --scheduler is"),
        *(
            (
                ["--points", text],
                f"--points must be a whole number of at least 1, such as 1000000 or 1e9; found {text!r}",
            )
            for text in ("0", "-1", "1.5", "many", "nan", "inf", "", "1e-3")
        ),
        (["--points", "1e30"], "points must be a whole number from 1 to 2^48; found 1000"),
        *(
            (["--time", text], f"--time must be a duration such as 8h, 30m or 90s; found {text!r}")
            for text in ("0", "0h", "-1s", "soon", "h", "", "nan", "infh", "8 hours", "8w")
        ),
        *(
            (["--part", text], f"--part must be K/N with K from 1 to N, such as 1/4; found {text!r}")
            for text in ("0/2", "3/2", "1", "1/2/3", "a/b", "1/0", "-1/2", "/", "")
        ),
        (["--engine", "grapf"], "unknown engine 'grapf'; did you mean 'graph'?"),
        (["--law", "adition"], "unknown law 'adition'; did you mean 'addition'?"),
        (["--dtype", "float16"], "unknown dtype 'float16'"),
        (["--exact", "--dtype", "float32"], "integers are exact in float64 alone; found float32"),
        (["--exact", "--law", "golden"], "law golden is no identity of polynomials, so that no exact sweep judges it"),
        (["--exact", "--engine", "numeric"], "engine numeric approximates, so that no exact sweep judges it"),
        (["--out", f"{__file__}/x"], f"cannot write {__file__}/x: "),
        (["--resume", "nothing"], "nothing holds no sweep: sweep.json is not there"),
        (["report", "nothing"], "nothing holds no sweep: sweep.json is not there"),
        (["merge", "nothing", "--out", "both"], "nothing holds no sweep: sweep.json is not there"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(options: list[str], message: str) -> None:
    assert refused(invoke(*options)).startswith(f"gradcheck: {message}")
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(
    "given",
    [
        ["--points", "7"],
        ["--seed", "0"],
        ["--engine", "graph"],
        ["--law", "leak"],
        ["--dtype", "float32"],
        ["--exact"],
        ["--out", "other"],
        ["--part", "1/1"],
    ],
    ids=lambda given: given[0],
)
def test_what_a_sweep_was_started_with_is_not_given_again(given: list[str]) -> None:
    create(Path("night"), PLAN)
    line = refused(invoke("--resume", "night", *given))
    assert line == f"gradcheck: --resume goes on as the sweep was started: leave out {given[0]}"


@pytest.mark.usefixtures("started")
def test_all_that_is_given_in_vain_is_named() -> None:
    line = refused(invoke("--resume", "night", "--seed", "1", "--exact", "--points", "7"))
    assert line.endswith("leave out --points, --seed, --exact")


@pytest.mark.usefixtures("fake")
def test_a_folder_that_holds_a_sweep_is_not_swept_anew() -> None:
    assert invoke("--points", BELOW, "--out", "night").exit_code == 0
    before = Path("night/spans.log").read_bytes()
    line = refused(invoke("--points", BELOW, "--seed", "2", "--out", "night"))
    assert line.startswith("gradcheck: night holds a sweep already: go on with --resume night")
    assert Path("night/spans.log").read_bytes() == before


# --- how it ends -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("fake")
def test_laws_that_hold_exit_with_0() -> None:
    result = invoke("--points", BELOW, "--out", "night")
    assert result.exit_code == 0
    assert f"{BELOW} points on 8 graphs" in result.stdout
    assert read(Path("night")).judged == BELOW
    assert invoke("report", "night").exit_code == 0


@pytest.mark.usefixtures("fake")
def test_a_broken_law_exits_with_1_and_leaves_a_witness() -> None:
    result = invoke("--points", BELOW + 1, "--out", "night")
    assert result.exit_code == 1
    assert "reproduce      gradcheck replay night/witness-cause-1.json" in result.stdout
    assert json.loads(Path("night/witness-cause-1.json").read_text()) == {"point": BELOW}
    assert invoke("report", "night").exit_code == 1


def raising(*_: object) -> Any:
    raise ValueError("no such kernel")


@pytest.mark.usefixtures("fake")
def test_an_engine_that_fails_exits_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "work", raising)
    result = invoke("--points", "3", "--out", "night")
    assert result.exit_code == 3
    assert "ValueError: no such kernel" in result.stdout
    assert invoke("report", "night").exit_code == 3


@pytest.mark.usefixtures("fake")
def test_a_sweep_in_which_nothing_was_judged_exits_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Tally(3, not_applicable={("golden", "graph", "it is about another graph"): 3})
    monkeypatch.setattr(run, "work", lambda plan, span: (Judged(span, nothing), 0))
    result = invoke("--points", "3", "--law", "golden", "--out", "night")
    assert result.exit_code == 2
    assert "golden was judged nowhere: it is about another graph" in result.stdout
    assert "all laws hold" not in result.stdout
    assert invoke("report", "night").exit_code == 2


def test_a_sweep_that_is_interrupted_says_how_to_go_on(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        if len(fake.submitted) == 5:
            raise KeyboardInterrupt

    fake._on_submit = interrupt
    create(Path("night"), PLAN)
    result = invoke("--resume", "night")
    judged = read(Path("night")).judged
    assert 0 < judged < 1000
    assert result.stdout.endswith(f"stopped at {judged} points; go on with: gradcheck sweep --resume night\n")
    fake.submitted.clear()
    fake._waiting.clear()
    fake._on_submit = lambda: None
    again = invoke("--resume", "night")
    assert "stopped at" not in again.stdout
    assert plain(read(Path("night")).tally) == whole()


# --- reports and merges ----------------------------------------------------------------------------


@pytest.mark.usefixtures("fake")
def test_a_report_for_a_pipe_has_nothing_around_it() -> None:
    invoke("--points", BELOW + 1, "--out", "night")
    result = invoke("report", "night", "--json", "-")
    assert result.exit_code == 1
    stored = json.loads(result.stdout)
    assert (stored["points"], stored["planned"]) == (BELOW + 1, BELOW + 1)


@pytest.mark.usefixtures("fake")
def test_a_report_is_written_where_it_was_asked_for() -> None:
    invoke("--points", BELOW, "--out", "night")
    result = invoke("report", "night", "--json", "deep/night.json")
    assert result.exit_code == 0
    assert json.loads(Path("deep/night.json").read_text())["points"] == BELOW
    assert f"{BELOW} points on 8 graphs" in result.stdout


@pytest.mark.usefixtures("fake")
def test_a_page_is_written_beside_the_table_and_the_json() -> None:
    invoke("--points", BELOW + 1, "--out", "night")
    result = invoke("report", "night", "--html", "deep/night.html", "--json", "-")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["points"] == BELOW + 1
    page = Path("deep/night.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "gradcheck replay night/witness-cause-1.json" in page


@pytest.mark.usefixtures("fake")
def test_a_page_that_cannot_be_written_is_refused() -> None:
    invoke("--points", BELOW, "--out", "night")
    assert refused(invoke("report", "night", "--html", "night")) == "gradcheck: cannot write night: it is a directory"


@pytest.mark.usefixtures("fake")
def test_parts_that_are_merged_are_the_whole() -> None:
    for part in (1, 2):
        create(Path(f"part{part}"), PLAN, (part, 2))
        invoke("--resume", f"part{part}")
    result = invoke("merge", "part1", "part2", "--out", "both")
    assert result.exit_code == 1
    assert "1,000 points on 4 graphs" in result.stdout
    assert plain(read(Path("both")).tally) == whole()
    assert all((Path("both") / cause.witness).is_file() for cause in read(Path("both")).causes.values())
    assert refused(invoke("merge", "part1", "--out", "both")).startswith("gradcheck: both holds a sweep already")


@pytest.mark.usefixtures("fake")
def test_a_merge_of_two_seeds_is_not_gone_on_with() -> None:
    for seed in (1, 2):
        invoke("--points", BELOW, "--seed", seed, "--out", f"seed{seed}")
    assert invoke("merge", "seed1", "seed2", "--out", "both").exit_code == 0
    line = refused(invoke("--resume", "both"))
    assert line == "gradcheck: both is a merge of several sweeps: go on with each of them, then merge them again"
