"""A sweep's table, JSON and page say what was counted, and neither more nor less."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

import gradcheck.report
from gradcheck.report.sweep import growth, print_sweep, to_json
from gradcheck.report.sweep_page import sweep_page
from gradcheck.report.sweep_picture import draw_growth, histograms
from gradcheck.sweep.log import Log
from gradcheck.sweep.plan import Plan
from gradcheck.sweep.tally import Tally
from report import swept

SCHEMA = json.loads((Path(gradcheck.report.__file__).parent / "sweep.schema.json").read_text(encoding="utf-8"))
ALL = [swept.honest, swept.broken, swept.hostile, swept.merged, swept.sweep]


class _Words(HTMLParser):
    """What a reader sees of a page, and the elements in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def page(log: Log) -> _Words:
    return _Words(sweep_page(log))


def printed(log: Log) -> str:
    out = io.StringIO()
    print_sweep(log, Console(file=out, width=200))
    return out.getvalue()


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def valid(log: Log) -> Any:
    stored = json.loads(json.dumps(to_json(log)), parse_constant=refuse)
    jsonschema.Draft202012Validator(SCHEMA).validate(stored)
    return stored


# --- the table ----------------------------------------------------------------------------------


def test_an_honest_sweep_is_told_in_a_table(tmp_path: Path) -> None:
    words = printed(swept.honest(tmp_path))
    assert "4,096 · 0.5 (39.8 ULP)" in words
    assert "4,096 · identical" in words
    assert "4,096 points on 4 graphs, all laws hold; 80 s of work: 10 % drawing, 60 % TensorFlow, 30 % judging" in words


def test_what_is_broken_is_told_with_its_point_and_how_to_see_it_again(tmp_path: Path) -> None:
    words = printed(swept.broken(tmp_path))
    assert "broken at 1 of 2" not in words  # 512 more points of the second span hold
    assert "broken at 1 of 514" in words
    assert "additivity broken on graph\n  first seen at  point 1 of seed 3: " in words
    assert "seen           in 2 graphs" in words
    assert f"gradcheck replay {tmp_path / 'witness-one.json'}" in words
    assert "xla at 7 points: InvalidArgumentError: no" in words
    assert f"gradcheck replay {tmp_path / 'ended-3-4000.json'}" in words
    assert "1,025 of 4,096 points" in words
    assert "1 broken" in words


def test_a_sweep_of_nothing_is_told(tmp_path: Path) -> None:
    assert "0 of 4,096 points on 0 graphs" in printed(swept.sweep(tmp_path))


# --- the JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [swept.honest, swept.broken, swept.merged, swept.sweep])
def test_every_report_fits_the_schema(make: Callable[[Path], Log], tmp_path: Path) -> None:
    assert valid(make(tmp_path))["format"] == "gradcheck-sweep-report"


def test_a_report_with_another_field_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(to_json(swept.honest(tmp_path)) | {"more": 1})


def test_infinity_is_a_word_and_points_can_be_drawn_again(tmp_path: Path) -> None:
    law = next(one for one in valid(swept.broken(tmp_path))["laws"] if one["law"] == "additivity")
    assert law["ulps"] == ["inf", 1]
    assert law["worst_ulps"]["point"] == 1
    assert law["worst_ulps"]["sizes"] == dict(swept.PLAN.sizes(1))
    assert law["worst_ulps"]["graph"] == swept.PLAN.graph(1).to_json()


def test_a_point_of_a_merged_sweep_names_its_own_seed(tmp_path: Path) -> None:
    law = next(one for one in valid(swept.merged(tmp_path))["laws"] if one["law"] == "additivity")
    assert (law["worst_ulps"]["seed"], law["worst_ulps"]["point"]) == (4, 511)


# --- growth and pictures ------------------------------------------------------------------------


def test_the_worst_error_never_falls_and_ends_at_the_worst_of_all(tmp_path: Path) -> None:
    log = swept.honest(tmp_path)
    rows = list(growth(log))
    errors = [worst["graph", "float32"] for _, worst in rows]
    assert errors == sorted(errors)
    assert rows[-1][0] == log.judged
    assert errors[-1] == log.tally.counts["additivity", "graph", "float32"].ulps.error


def test_growth_keeps_few_places_of_many_spans(tmp_path: Path) -> None:
    many = swept.sweep(tmp_path, [swept.tally(i * 512) for i in range(400)])
    assert len(list(growth(many))) <= 40


def test_a_picture_has_as_many_points_as_were_counted_and_one_axis_for_all(tmp_path: Path) -> None:
    counts = dict(swept.honest(tmp_path).tally.counts)
    counts["product", "graph", "float32"] = swept.count(*[4000.0] * 3)
    small, large = histograms(counts)
    assert (small.law, small.points, large.points) == ("additivity", 4096, 3)
    assert small.width == large.width
    assert [name for name, _ in small.ticks] == [name for name, _ in large.ticks]
    assert large.words == "≤ 4096: 3"
    assert max(column.height for column in small.columns) == small.high
    (one,) = large.columns
    most = max(counts["additivity", "graph", "float32"].histogram)
    assert one.height == pytest.approx(small.high * math.log1p(3) / math.log1p(most))


def test_a_law_without_errors_has_no_picture(tmp_path: Path) -> None:
    assert "presence" not in {one.law for one in histograms(swept.honest(tmp_path).tally.counts)}
    assert draw_growth(swept.sweep(tmp_path, [Tally(4)])) is None


def test_a_line_rises_to_the_right_and_infinity_stays_inside(tmp_path: Path) -> None:
    drawn = draw_growth(swept.honest(tmp_path))
    assert drawn is not None
    corners = [tuple(map(float, corner.split(","))) for corner in drawn.lines[0].corners.split()]
    assert corners[0][0] == 0
    assert corners[-1][0] == drawn.width
    assert all(0 <= y <= drawn.height for _, y in corners)
    assert corners[-1][1] < corners[0][1]
    beyond = draw_growth(swept.broken(tmp_path))
    assert beyond is not None
    assert beyond.lines[0].y == 0


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", ALL)
def test_a_page_asks_for_nothing_and_runs_nothing(make: Callable[[Path], Log], tmp_path: Path) -> None:
    found = page(make(tmp_path))
    assert not {"script", "img", "iframe", "object", "embed"} & set(found.tags)
    assert "default-src 'none'" in sweep_page(make(tmp_path))


def test_an_honest_page_says_so(tmp_path: Path) -> None:
    words = page(swept.honest(tmp_path)).words
    assert "All laws hold" in words
    assert "What was found" not in words
    assert "✓ 50% of what is allowed" in words
    assert "gradcheck sweep --points 4096 --seed 3 --engine graph --dtype float32 --dtype float64 --out again" in words
    assert "head 2 does not read head 1" in words


def test_a_broken_page_names_every_cause(tmp_path: Path) -> None:
    words = page(swept.broken(tmp_path)).words
    assert "Broken at 1 point" in words
    for told in (
        "additivity broken on graph",
        "leak broken on graph",
        f"gradcheck replay {tmp_path / 'witness-two.json'}",
        "xla failed at 7 points",
        "its process ended with exit code -11",
        "not comparable",
        "points of 4,096",
    ):
        assert told in words


def test_nothing_of_a_stranger_becomes_an_element(tmp_path: Path) -> None:
    text = sweep_page(swept.hostile(tmp_path))
    assert "<script>window" not in text
    assert "\u202e" not in text


def test_a_sweep_of_nothing_has_a_page(tmp_path: Path) -> None:
    words = page(swept.sweep(tmp_path)).words
    assert "Nothing is judged yet" in words
    assert "No law has been judged yet." in words


def test_an_exact_sweep_says_what_it_proves(tmp_path: Path) -> None:
    exact = Plan(2**12, seed=3, exact=True, dtypes=("float64",), batch=2**6, points_a_graph=2**10, points_a_span=2**9)
    log = swept.sweep(tmp_path, [Tally(512, bits={0: 300.0, 1: 128.4})], plans=(exact,))
    assert "a doubt of at most 2^-128 on each" in page(log).words
    assert "--exact" in page(log).words
