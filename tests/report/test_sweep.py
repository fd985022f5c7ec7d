"""A sweep's table and JSON say what was counted, and neither more nor less."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

import gradcheck.report
from gradcheck.report.sweep import Largest, cell_text, growth, print_sweep, to_json
from gradcheck.report.sweep_views import verdict
from gradcheck.sweep.log import Log
from gradcheck.sweep.tally import Count, Tally, Worst
from report import swept

SCHEMA = json.loads((Path(gradcheck.report.__file__).parent / "sweep.schema.json").read_text(encoding="utf-8"))
GRAPH32 = ("graph", "float32")
Make = Callable[[Path], Log]


def printed(log: Log) -> str:
    out = io.StringIO()
    print_sweep(log, Console(file=out, width=200))
    return out.getvalue()


def commands(words: str) -> list[list[str]]:
    """Return the commands that a reader is told, as a shell takes them."""
    lines = (line.strip().removeprefix("reproduce").strip() for line in words.splitlines())
    return [shlex.split(line) for line in lines if line.startswith("gradcheck ")]


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def valid(log: Log) -> Any:
    """Read a report as a strict reader does."""
    stored = json.loads(json.dumps(to_json(log)), parse_constant=refuse)
    jsonschema.Draft202012Validator(SCHEMA).validate(stored)
    return stored


def law(stored: Any, name: str) -> Any:
    (found,) = [one for one in stored["laws"] if one["law"] == name]
    return found


# --- the table ----------------------------------------------------------------------------------


def test_an_honest_sweep_is_told_in_a_table(tmp_path: Path) -> None:
    words = printed(swept.honest(tmp_path))
    assert "4,096 · 0.5 (39.8 ULP)" in words
    assert "4,096 · identical" in words
    assert "4,096 points on 4 graphs, all laws hold; 80 s of work: 10 % drawing, 60 % TensorFlow, 30 % judging" in words


def test_what_is_broken_is_told_with_its_point_and_how_to_see_it_again(tmp_path: Path) -> None:
    words = printed(swept.broken(tmp_path))
    assert "broken at 1 of 514" in words
    assert "additivity broken on graph\n  first seen at  point 1 of seed 3: " in words
    assert "seen           in 2 graphs" in words
    assert "xla at 7 points: InvalidArgumentError: no" in words
    files = ["witness-one.json", "witness-two.json", f"ended-{swept.PLAN.name}-4000.json"]
    assert commands(words) == [["gradcheck", "replay", str(tmp_path / file)] for file in files]
    assert "1,025 of 4,096 points" in words
    assert ", 2 of 3 laws are broken; " in words


def test_a_command_takes_a_folder_of_any_name_as_one_word(tmp_path: Path) -> None:
    folder = tmp_path / "my night; [red]'rm' -r ."
    folder.mkdir()
    words = printed(swept.broken(folder))
    assert [words[2] for words in commands(words)] == [
        str(folder / file) for file in ("witness-one.json", "witness-two.json", f"ended-{swept.PLAN.name}-4000.json")
    ]


def test_an_ended_point_of_a_merged_sweep_is_named_by_its_own_plan(tmp_path: Path) -> None:
    ((*_, file),) = commands(printed(swept.merged(tmp_path)))
    assert file == str(tmp_path / f"ended-{swept.OTHER.name}-700.json")
    assert Path(file).is_file()


def test_no_file_is_named_that_is_not_there(tmp_path: Path) -> None:
    log = swept.merged(tmp_path)
    (tmp_path / f"ended-{swept.OTHER.name}-700.json").unlink()
    assert commands(printed(log)) == []


def test_a_sweep_of_nothing_is_told(tmp_path: Path) -> None:
    words = printed(swept.sweep(tmp_path))
    assert words.splitlines() == ["", "0 of 4,096 points on 0 graphs, nothing is judged yet; 1 s of work: "]


def test_an_exact_sweep_says_how_little_doubt_is_left(tmp_path: Path) -> None:
    words = printed(swept.exact(tmp_path))
    doubt = "on each graph and at each size judged, of at most 2^-300 for additivity, linearity; 2^-12 for batched"
    assert f"Exact agreement leaves a doubt, {doubt}\n" in words
    assert "64 left out where no integers are exact" in words


def test_the_terminal_and_the_page_say_the_same(tmp_path: Path) -> None:
    failed = Tally(512, errors={("xla", "no"): 512})
    nowhere = Tally(512, not_applicable={("golden", "graph", "it is about another graph"): 512})
    left_out = Tally(512, counts={("leak", *GRAPH32): Count(left_out=512)})
    named = replace(swept.PLAN, laws=("golden",))
    for number, (tally, plan, words) in enumerate(
        [
            (swept.tally(), swept.PLAN, "All laws hold"),
            (swept.tally(leak=swept.count(0.0, broken=1)), swept.PLAN, "1 of 3 laws is broken"),
            (failed, swept.PLAN, "An engine failed"),
            (nowhere, named, "No law was judged at any point"),
            (left_out, swept.PLAN, "No law was judged at any point"),
            (Tally(kinked=512), swept.PLAN, "No law was judged at any point"),
        ]
    ):
        log = swept.sweep(tmp_path / str(number), [tally], plans=[plan])
        assert f"512 of 4,096 points on 1 graph, {words[0].lower()}{words[1:]}; " in printed(log).replace(
            "graph, 512 left out at kinks", "graph"
        )
        assert f"{verdict(log, log.tally).words}" == words
        assert ("all laws hold" in f"{printed(log)}{swept.text_of(log)}".lower()) is (words == "All laws hold")
        assert ("golden was judged nowhere: it is about another graph" in printed(log)) is (plan is named)
        assert ("golden was judged nowhere: it is about another graph." in swept.text_of(log)) is (plan is named)


def test_an_exact_sweep_in_which_a_law_is_broken_claims_nothing(tmp_path: Path) -> None:
    log = swept.exact(tmp_path, linearity=replace(swept.count(0.0, broken=1), doubt_bits=300.0))
    for words in (printed(log), swept.text_of(log)):
        assert "2^-" not in words
        assert "doubt" not in words


def test_points_at_kinks_are_told(tmp_path: Path) -> None:
    log = swept.sweep(tmp_path, [replace(swept.tally(), kinked=1234)])
    assert "1,234 left out at kinks" in printed(log)


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ([], "[dim]-[/]"),
        ([0.0, 0.0], "[green]2 · identical[/]"),
        ([0.0, 3.0], "[green]2 · 0.5 (3 ULP)[/]"),
        ([float("inf")], "[green]1 · 0.5 (inf ULP)[/]"),
    ],
)
def test_a_cell_says_how_close_it_came(errors: list[float], words: str) -> None:
    assert cell_text(swept.count(*errors)) == words


def test_a_law_that_is_not_counted_in_units_has_no_units() -> None:
    assert cell_text(Count(8, share=Worst(0.25, 3))) == "[green]8 · 0.25[/]"


# --- the JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [swept.honest, swept.broken, swept.merged, swept.exact, swept.wide, swept.sweep], ids=lambda m: m.__name__
)
def test_every_report_fits_the_schema(make: Make, tmp_path: Path) -> None:
    assert valid(make(tmp_path))["format"] == "gradcheck-sweep-report"


def test_the_schema_is_one_and_describes_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for definition in (SCHEMA, *SCHEMA["$defs"].values()):
        if definition.get("additionalProperties") is False:
            assert set(definition["required"]) == set(definition["properties"])
            assert all("description" in field for field in definition["properties"].values())


@pytest.mark.parametrize(
    "damage",
    [
        {"more": 1},
        {"version": 1},
        {"format": "gradcheck-report"},
        {"plans": []},
        {"points": -1},
        {"planned": "many"},
        {"environments": [{"tensorflow": 2}]},
        {"laws": [{"law": "leak"}]},
        {"not_applicable": [{"law": "leak", "engine": "graph", "reason": "", "points": 0}]},
        {"errors": [{"engine": "graph", "message": "no"}]},
        {"causes": [{"words": "", "point": 1, "found": 0, "witness": ""}]},
        {"growth": [{"points": 1}]},
        {"growth": [{"points": 1, "worst": [{"engine": "e", "dtype": "float32", "share": "nan", "ulps": 1}]}]},
        {"seconds": {"judging": -1}},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_no_report(damage: dict[str, Any], tmp_path: Path) -> None:
    stored = valid(swept.honest(tmp_path))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(stored | damage)


@pytest.mark.parametrize("field", SCHEMA["required"])
def test_the_schema_demands_every_field(field: str, tmp_path: Path) -> None:
    stored = valid(swept.honest(tmp_path))
    del stored[field]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(stored)


def test_infinity_is_a_word_and_points_can_be_drawn_again(tmp_path: Path) -> None:
    stored = valid(swept.broken(tmp_path))
    additivity = law(stored, "additivity")
    assert (additivity["ulps"], additivity["broken"]) == (["inf", 1], 1)
    assert additivity["worst_ulps"]["point"] == 1
    assert additivity["worst_ulps"]["sizes"] == dict(swept.PLAN.sizes(1))
    assert additivity["worst_ulps"]["graph"] == swept.PLAN.graph(1).to_json()
    assert stored["growth"][-1]["worst"][0] == {"engine": "graph", "dtype": "float32", "share": "inf", "ulps": "inf"}


def test_a_point_of_a_merged_sweep_names_its_own_seed(tmp_path: Path) -> None:
    worst = law(valid(swept.merged(tmp_path)), "additivity")["worst_ulps"]
    assert (worst["seed"], worst["point"]) == (3, 511)
    log = swept.merged(tmp_path)
    del log.done[0]
    worst = law(valid(log), "additivity")["worst_ulps"]
    assert (worst["seed"], worst["point"]) == (4, 511)


def test_causes_and_errors_are_whole(tmp_path: Path) -> None:
    stored = valid(swept.broken(tmp_path))
    assert [(one["words"], one["point"], one["found"], one["witness"]) for one in stored["causes"]] == [
        ("additivity broken on graph", 1, 2, "witness-one.json"),
        ("unconnected broken on graph", 9, 1, "witness-two.json"),
    ]
    assert stored["errors"] == [
        {"engine": "xla", "message": "InvalidArgumentError: no", "points": 7},
        {"engine": "graph", "message": swept.ENDED, "points": 1},
    ]


def test_a_histogram_has_a_name_for_every_bucket(tmp_path: Path) -> None:
    stored = valid(swept.broken(tmp_path))
    found = law(stored, "additivity")["histogram"]
    assert sum(found) == 514
    assert len(found) == len(stored["buckets"])
    assert (stored["buckets"][0], stored["buckets"][-1]) == ("no error", "> 1.04858e+06")


# --- growth -------------------------------------------------------------------------------------


def test_the_worst_error_never_falls_and_ends_at_the_worst_of_all(tmp_path: Path) -> None:
    log = swept.honest(tmp_path)
    rows = list(growth(log))
    errors = [worst[GRAPH32].ulps for _, worst in rows]
    assert errors == sorted(errors)
    assert errors[0] < errors[-1]
    assert rows[-1][0] == log.judged
    assert errors[-1] == log.tally.counts["additivity", "graph", "float32"].ulps.error


def test_share_and_units_grow_each_for_itself(tmp_path: Path) -> None:
    spans = [Tally(512, counts={("x", *GRAPH32): swept.count(*errors, share=share)})
             for errors, share in (([9.0], 0.1), ([2.0], 0.7), ([3.0], 0.2))]  # fmt: skip
    assert [worst[GRAPH32] for _, worst in growth(swept.sweep(tmp_path, spans))] == [
        Largest(0.1, 9.0),
        Largest(0.7, 9.0),
        Largest(0.7, 9.0),
    ]


def test_an_engine_has_no_worst_error_before_its_first_point(tmp_path: Path) -> None:
    later = Tally(512, counts={("x", "xla", "float64"): swept.count(1.0)})
    rows = list(growth(swept.sweep(tmp_path, [swept.tally(), later])))
    assert [set(worst) for _, worst in rows] == [{GRAPH32}, {GRAPH32, ("xla", "float64")}]


def test_growth_keeps_few_places_of_many_spans(tmp_path: Path) -> None:
    many = swept.sweep(tmp_path, [swept.tally(i * 512, 8) for i in range(400)])
    rows = list(growth(many))
    assert 10 < len(rows) <= 40
    assert rows[-1][0] == 400 * 512


def test_a_sweep_of_nothing_does_not_grow(tmp_path: Path) -> None:
    assert list(growth(swept.sweep(tmp_path))) == []
