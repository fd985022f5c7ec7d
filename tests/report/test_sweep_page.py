"""The page of a sweep says what was found, escapes whatever it is given, and needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import escape

from baseline.every_kind import HOSTILE
from gradcheck.report import sweep_views
from gradcheck.report.sweep_page import sweep_page
from gradcheck.report.sweep_tables import environment_rows
from gradcheck.report.sweep_words import count_units, counted, figure, share_words, short
from gradcheck.sweep.log import Log
from gradcheck.sweep.plan import Plan
from gradcheck.sweep.tally import Count, Worst
from report import swept
from report.parsed import ParsedPage, policy_of
from report.swept import text_of

Make = Callable[[Path], Log]
ALL = [swept.honest, swept.broken, swept.hostile, swept.merged, swept.exact, swept.wide, swept.vast, swept.sweep]
every_sweep = pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)


# --- what it says -------------------------------------------------------------------------------


def test_an_honest_page_says_so(tmp_path: Path) -> None:
    text = text_of(swept.honest(tmp_path))
    assert "✓ All laws hold No law is broken at any point judged." in text
    assert "4,096 points4 graphs2 laws1 engine1 dtype8,192 checks0 checks broken" in text
    assert "4,096 ✓ 50 % of allowed 39.8 ULP" in text
    assert "4,096 ✓ no error" in text
    assert "Without any error, wherever it was judged: presence." in text
    assert "leakgraphhead 2 does not read head 14,096" in text
    assert "What was found" not in text
    assert "Go on with" not in text


def test_a_broken_page_names_every_cause_and_how_to_see_it_again(tmp_path: Path) -> None:
    text = text_of(swept.broken(tmp_path))
    assert "✗ 2 of 3 laws are broken Broken: additivity, unconnected. The causes are below." in text
    for told in (
        "additivity broken on graph First seen at point 1 of seed 3: chained, float32, batch",
        "Seen in 2 graphs.",
        "unconnected broken on graph First seen at point 9 of seed 3",
        f"Judge it again: gradcheck replay {tmp_path / 'witness-two.json'}",
        "xla failed at 7 points InvalidArgumentError: no",
        f"A process ended at 1 point {swept.ENDED} point 4,000 of seed 3",
        f"gradcheck replay {tmp_path}/ended-{swept.PLAN.name}-4000.json",
        "514 ✗ broken at 1 beyond any bound not comparable",
        "5 ✗ broken at 2 beyond any bound",
        "1,025 points of 4,096",
        f"Go on with: gradcheck sweep --resume {tmp_path}",
        "Not counted in ULP, since bits or differences are compared: unconnected.",
        repr(swept.PLAN.graph(1)),
    ):
        assert told in text


def test_points_whose_process_ended_are_not_told_twice(tmp_path: Path) -> None:
    assert text_of(swept.broken(tmp_path)).count(swept.ENDED) == 1


def test_a_span_that_was_given_up_is_an_error(tmp_path: Path) -> None:
    log = swept.sweep(tmp_path, [replace(swept.tally(), errors={("graph", swept.ENDED): 512})])
    text = text_of(log)
    assert f"graph failed at 512 points {swept.ENDED}" in text
    assert "! An engine failed No law is broken. What failed, at 512 points, is below." in text


def test_of_many_points_at_which_a_process_ended_the_first_are_named(tmp_path: Path) -> None:
    log = swept.honest(tmp_path)
    log.done += [swept.ended(tmp_path, 4096 + point) for point in range(25)]
    text = text_of(log)
    assert "A process ended at 25 points" in text
    assert "The first 20:" in text
    assert text.count("gradcheck replay ") == 20


def test_a_broken_law_without_a_cause_is_told(tmp_path: Path) -> None:
    log = swept.broken(tmp_path)
    log.causes = {}
    assert "No cause is known yet" in text_of(log)
    log.causes = {one.broken: one for one in [replace(swept.cause(1), witness="")]}
    assert "There is no witness of it." in text_of(log)


def test_a_sweep_of_nothing_has_a_page(tmp_path: Path) -> None:
    text = text_of(swept.sweep(tmp_path))
    assert "Nothing is judged yet" in text
    assert "No law has been judged yet." in text
    assert "No point has an error." in text


def test_an_exact_sweep_says_what_it_proves(tmp_path: Path) -> None:
    text = text_of(swept.exact(tmp_path))
    assert "of at most 2^-300 for additivity, linearity; 2^-12 for batched." in text
    assert "2^-12 doubt at most" in text
    assert "64 left out where no integers are exact" in text
    assert "--exact" in text


def test_a_merge_tells_both_plans_and_where_they_differ(tmp_path: Path) -> None:
    text = text_of(swept.merged(tmp_path))
    assert "4,096 points of seed 3" in text
    assert "4,096 points of seed 4, on graph, in float32, float64; all laws but those that trace" in text
    assert "a new graph every 1,024 points, new sizes every 64." in text
    assert "A process ended at 1 point" in text
    assert "point 700 of seed 4" in text
    assert "tensorflow ≠ differs2.21.02.20.0" in text
    assert "gradcheck0.1.00.1.0" in text
    assert "--resume" not in text


def test_what_differs_between_environments_comes_first() -> None:
    here, there = {"python": "3.11", "numpy": "2.4", "XLA_FLAGS": "--x"}, {"python": "3.11", "numpy": "1.26"}
    assert environment_rows([here, there]) == [
        ("numpy", True, ["2.4", "1.26"]),
        ("XLA_FLAGS", True, ["--x", "not set"]),
        ("python", False, ["3.11", "3.11"]),
    ]


@pytest.mark.parametrize(
    ("changes", "part", "command"),
    [
        ({}, (1, 1), "--points 4096 --seed 3 --engine graph --dtype float32 --dtype float64 --out again"),
        ({"points": None}, (1, 1), "--time 1h --seed 3 --engine graph --dtype float32 --dtype float64 --out again"),
        ({"laws": ("leak",), "dtypes": ("float32",)}, (2, 3),
         "--points 4096 --seed 3 --engine graph --law leak --dtype float32 --part 2/3 --out again"),
    ],
)  # fmt: skip
def test_the_command_sweeps_the_same_again(tmp_path: Path, changes: dict, part: tuple[int, int], command: str) -> None:
    log = replace(swept.honest(tmp_path), plans=(replace(swept.PLAN, **changes),), part=part)
    assert f"gradcheck sweep {command}" in text_of(log)


def test_the_numbers_of_every_law_come_with_their_points(tmp_path: Path) -> None:
    log = swept.honest(tmp_path)
    count = log.done[0].tally.counts["additivity", "graph", "float32"]
    count.left_out, count.ill_conditioned = 1111, 2222
    text = text_of(log)
    assert "additivitygraph float324,09601,1112,22250 % of allowed point 0 of seed 3: chained" in text
    assert "39.8 ULP point 4,095 of seed 3: " in text


def test_laws_are_explained_unless_nobody_knows_them(tmp_path: Path) -> None:
    log = swept.sweep(tmp_path, [swept.tally(unheard=swept.count(1.0))])
    text = text_of(log)
    assert "The gradient of the joint loss by a shared variable is the sum of the split gradients." in text
    assert "unheard" in text


def test_a_law_that_is_not_counted_in_units_has_no_units(tmp_path: Path) -> None:
    text = text_of(swept.sweep(tmp_path, [swept.tally(numeric=Count(8, share=Worst(0.25, 3)))]))
    assert "8 ✓ 25 % of allowed " in text
    assert "8 ✓ 25 % of allowed 0 ULP" not in text
    assert "Not counted in ULP, since bits or differences are compared: numeric." in text


def test_the_same_sweep_makes_the_same_page(tmp_path: Path) -> None:
    assert sweep_page(swept.broken(tmp_path)) == sweep_page(swept.broken(tmp_path))


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "no error"),
        (1e-9, "under 0.1 % of allowed"),
        (0.5, "50 % of allowed"),
        (0.99999, "99.9 % of allowed"),
        (1.0, "100 % of allowed"),
        (1234.5, "1,234 times what is allowed"),
        (math.inf, "beyond any bound"),
    ],
)
def test_a_share_in_words(share: float, words: str) -> None:
    assert share_words(share) == words


@pytest.mark.parametrize(
    ("error", "words"),
    [(0.0, "0 ULP"), (0.12345, "0.123 ULP"), (1636.4, "1,636 ULP"), (3e12, "3e+12 ULP"), (math.inf, "not comparable")],
)
def test_units_in_words(error: float, words: str) -> None:
    assert count_units(error) == words


def test_numbers_in_words() -> None:
    assert [counted(1, "graph"), counted(1000, "graph"), counted(2, "law is", "laws are")] == [
        "1 graph",
        "1,000 graphs",
        "2 laws are",
    ]
    assert figure(math.inf) == "∞"
    numbers = (0.25, 1, 1025, 1e4, 204_800, 1e7, 2e12)
    assert " ".join(map(short, numbers)) == "0.25 1 1,025 10k 205k 10M 2e12"


# --- what it must not hold ----------------------------------------------------------------------


@every_sweep
def test_a_page_asks_for_nothing_and_runs_nothing(make: Make, tmp_path: Path) -> None:
    page = sweep_page(make(tmp_path))
    parsed = ParsedPage(page)
    assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & set(parsed.tags)
    assert not [name for name, _ in parsed.attributes if name.startswith("on") or name in ("style", "src")]
    assert {v for name, v in parsed.attributes if name == "href" and not (v or "").startswith("#")} == {"data:,"}
    assert not re.search(r"@import|url\(", page)
    targets = {value for name, value in parsed.attributes if name == "id"}
    assert {(v or "")[1:] for name, v in parsed.attributes if name == "href"} - {"ata:,"} <= targets


@every_sweep
def test_the_policy_lets_only_its_own_style_in(make: Make, tmp_path: Path) -> None:
    page = sweep_page(make(tmp_path))
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    directives = policy_of(page).split("; ")
    assert directives[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert not [one for one in directives if one.startswith("script-src")]


@every_sweep
def test_what_scrolls_and_what_is_drawn_has_a_name(make: Make, tmp_path: Path) -> None:
    page = sweep_page(make(tmp_path))
    for tag in re.findall(r"<[^>]*tabindex=[^>]*>", page):
        assert 'role="region"' in tag
        assert re.search(r'aria-label="[^"]+"', tag)
    for tag in re.findall(r"<svg[^>]*>", page):
        assert 'aria-hidden="true"' in tag or 'role="img" aria-labelledby=' in tag
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    for name in re.findall(r'aria-labelledby="([^"]*)"', page):
        assert set(name.split()) <= set(ids)


def test_whatever_a_sweep_holds_is_escaped(tmp_path: Path) -> None:
    page = sweep_page(swept.hostile(tmp_path))
    parsed, harmless = ParsedPage(page), ParsedPage(sweep_page(swept.broken(tmp_path)))
    assert set(parsed.tags) <= {*harmless.tags, "em"}
    for text in HOSTILE[:-1]:
        assert text in parsed.text
    assert not re.search(r"[\x00-\x08\x1b\u202e]", page)


@pytest.mark.parametrize("hostile", HOSTILE[:-1])
@pytest.mark.parametrize("tag", ["h3", "th", "td", "dt", "code", "desc"])
def test_each_place_of_a_stranger_is_escaped(tmp_path: Path, hostile: str, tag: str) -> None:
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", sweep_page(swept.hostile(tmp_path)), re.DOTALL)
    assert any(str(escape(hostile)) in content for content in found)
    assert not any(hostile in content for content in found if hostile != str(escape(hostile)))


def test_no_witness_is_looked_for_outside_the_folder(tmp_path: Path) -> None:
    log = swept.sweep(tmp_path, [swept.tally()], replace(swept.cause(1), witness="../../etc/passwd"))
    assert f"gradcheck replay {tmp_path / 'passwd'}" in text_of(log)


def test_a_folder_of_any_name_is_one_word_of_a_command(tmp_path: Path) -> None:
    folder = tmp_path / "a b; rm -r ."
    folder.mkdir()
    text = text_of(swept.broken(folder))
    assert f"gradcheck replay '{folder}/witness-one.json'" in text
    assert f"gradcheck sweep --resume '{folder}'" in text


def test_a_plan_of_one_point_is_told_as_one() -> None:
    log = Log(Path("night"), (Plan(1, seed=3),), ())
    assert sweep_views.again(log, log.plan).startswith("gradcheck sweep --points 1 ")
    assert "Sweep of 0 points" in text_of(log)
