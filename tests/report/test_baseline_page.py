"""The page of a comparison says what was found, escapes whatever it is given, and carries all that it needs."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shlex

import numpy as np
import pytest

from baseline.every_kind import HOSTILE, VALUES, change, comparison, hostile, many
from baseline.made import NEW
from gradcheck.baseline.compare import Kind
from gradcheck.baseline.graphs import graph_problem
from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH, W2, golden_point
from gradcheck.gradient import Unconnected
from gradcheck.report import baseline_views
from gradcheck.report.baseline_entries import find_entries
from gradcheck.report.baseline_histogram import histograms
from gradcheck.report.baseline_page import comparison_page
from gradcheck.report.baseline_words import MARKS, MEANINGS, version_names
from gradcheck.report.baseline_worst import find_worst
from gradcheck.report.reproduce import commands, find_script
from report.parsed import ParsedPage, policy_of


def text_of(*comparisons) -> str:
    return ParsedPage(comparison_page(comparisons)).text


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_mark_a_word_and_a_meaning(kind: Kind) -> None:
    text = text_of(comparison(change(kind)))
    assert f"{MARKS[kind]} {kind.value} {MEANINGS[kind]}" in text


def test_no_two_kinds_share_a_mark() -> None:
    assert len(set(MARKS.values())) == len(Kind)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([Kind.IDENTICAL], "✓ Safe: nothing changed that matters Nothing stands against this upgrade."),
        ([Kind.WITHIN], "≈ Review: only rounding differs, within its bound"),
        ([Kind.NOISE], "≈ Review: only rounding differs, or what is not deterministic"),
        ([Kind.WITHIN, Kind.LAW], "✕ Unsafe: some gradients are not what they were Do not upgrade before"),
    ],
)
def test_the_verdict_is_in_words(kinds: list[Kind], words: str) -> None:
    assert words in text_of(comparison(*map(change, kinds)))


def test_the_verdict_of_several_versions_is_the_worst() -> None:
    calm, bad = comparison(change(Kind.IDENTICAL), after={"tensorflow": "2.18.1"}), comparison()
    text = text_of(bad, calm)
    assert "TensorFlow 2.15.1 → 2.21.0, 2.18.1" in text
    assert "✕ Unsafe Do not upgrade" in text
    assert "2.18.1 ✓ safe: nothing changed that matters" in text


def test_a_version_in_two_environments_is_told_apart() -> None:
    assert version_names([comparison(), comparison(), comparison(after={})]) == ["2.21.0", "2.21.0 (2)", "unknown"]


def test_the_heat_map_has_a_row_for_each_problem_and_the_worst_first() -> None:
    one = comparison(change(Kind.IDENTICAL, "a"), change(Kind.WITHIN, "b"), change(Kind.IDENTICAL, "c"))
    other = comparison(change(Kind.IDENTICAL, "a"), change(Kind.WITHIN, "b"), change(Kind.PRESENCE, "c"))
    rows = baseline_views.heat_map([one, other])
    assert [row.problem for row in rows] == ["c", "b", "a"]
    assert [square.word for square in rows[0].squares] == ["identical bits", "presence changed"]
    assert [row.calm for row in rows] == [False, False, True]


def test_a_problem_that_a_version_lacks_was_not_compared() -> None:
    one, other = comparison(change(Kind.WITHIN, "a")), comparison(change(Kind.WITHIN, "b"))
    assert [square.word for square in baseline_views.heat_map([one, other])[0].squares] == [
        "within bound",
        "not compared",
    ]


def test_an_accepted_change_is_no_reason_for_alarm() -> None:
    found = comparison(change(Kind.BEYOND, "a", accepted="xfail a: known"), change(Kind.WITHIN, "a"))
    assert baseline_views.heat_map([found])[0].squares[0].word == "accepted"
    assert "Its one change is accepted." in text_of(found)
    both = comparison(change(Kind.BEYOND, "a", accepted="xfail a: known"), change(Kind.LAW, "a"))
    assert baseline_views.heat_map([both])[0].squares[0].word == "law changed"
    assert "Changes that nobody has accepted are in the problems: a (1)" in text_of(both)


def test_a_stale_expectation_is_named() -> None:
    assert "xfail x: gone" in text_of(comparison(change(Kind.IDENTICAL), stale=["xfail x: gone"]))


def test_environments_stand_side_by_side_and_differences_first() -> None:
    rows = baseline_views.environments([comparison(after={**NEW, "XLA_FLAGS": "--x"})])
    assert rows == [
        ("tensorflow", True, ["2.15.1", "2.21.0"]),
        ("XLA_FLAGS", True, ["not set", "--x"]),
        ("machine", False, ["Linux x86_64, 2 cores", "Linux x86_64, 2 cores"]),
    ]


@pytest.mark.parametrize(
    ("units", "bar"),
    [
        *((0.5, "≤ 1 ULP"), (1.0, "≤ 1 ULP"), (1.1, "≤ 4 ULP"), (16.0, "≤ 16 ULP"), (64.5, "≤ 256 ULP")),
        *((4096.0, "≤ 4,096 ULP"), (5000.0, "> 4,096 ULP"), (float("inf"), "not comparable")),
    ],
)
def test_a_distance_is_counted_in_its_bar(units: float, bar: str) -> None:
    (found,) = histograms(comparison(change(Kind.BEYOND, units=units)))
    assert [(one.name, one.count, one.beyond) for one in found.bars if one.count] == [(bar, 1, 1)]
    assert found.words == f"{bar}: 1 changed"


def test_only_arrays_are_counted_and_each_engine_by_itself() -> None:
    found = histograms(comparison(*map(change, Kind), change(Kind.IDENTICAL, tags={"engine": "eager"})))
    assert [(one.engine, one.total) for one in found] == [("eager", 1), ("xla", 6)]
    assert found[1].words == "identical: 1; ≤ 1 ULP: 1; ≤ 4 ULP: 1; > 4,096 ULP: 1 changed; not comparable: 2 changed"


def test_bars_have_the_same_numbers_in_words() -> None:
    page = comparison_page([comparison()])
    assert '<desc id="bars-1-1-words">identical: 1; ≤ 1 ULP: 1;' in page
    assert 'role="img" aria-labelledby="bars-1-1-title bars-1-1-words"' in page


def test_the_table_has_every_change_but_what_is_identical() -> None:
    rows, total = baseline_views.change_rows([comparison()], ["2.21.0"])
    assert total == len(rows) == len(Kind) - 1
    assert rows[0].kind == "beyond bound"
    assert (rows[0].before, rows[0].after) == ("[1, 1] -3", "[1, 1] -3.02999997")


def test_too_many_rows_are_left_out_and_this_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline_views, "_MOST_ROWS", 5)
    assert "the worst 5 of 30; the JSON report has them all" in text_of(many(30))


def test_no_comparison_makes_no_page() -> None:
    with pytest.raises(UsageError, match="at least one comparison"):
        comparison_page([])


def test_the_same_comparison_makes_the_same_page() -> None:
    assert comparison_page([comparison()]) == comparison_page([comparison()])


# --- the worst ----------------------------------------------------------------------------------


def test_the_worst_has_each_kind_before_the_same_one_again() -> None:
    many_beyond = [change(Kind.BEYOND, f"bad-{i:02}") for i in range(20)]
    found = find_worst([comparison(*many_beyond, *map(change, Kind))], ["2.21.0"], {}, "FILE")
    assert len(found) == 10
    assert {one.kind for one in found} >= {kind.value for kind in Kind if kind.changed}


def test_more_of_a_kind_in_a_problem_are_counted() -> None:
    (one,) = find_worst([comparison(change(Kind.WITHIN, "a"), change(Kind.WITHIN, "a"))], ["2.21.0"], {}, "FILE")
    assert one.others == 1


NAN = np.array([[np.nan, 2.0], [0.5, -3.0]], np.float32)


@pytest.mark.parametrize(
    ("before", "after", "place", "difference"),
    [
        (VALUES, VALUES + np.float32([[0, 0], [1, 0.5]]), "[1, 0]", "1"),
        (VALUES, NAN, "[0, 0]", ""),
        (NAN, NAN + np.float32(1), "[0, 1]", "1"),
        (np.float64(1.0), np.float64(1.5), "[]", "0.5"),
        (np.complex64([1, 1j]), np.complex64([1, 2j]), "[1]", "1"),
        (np.array([1, 2]), np.array([1, 5]), "[1]", "3"),
        (np.array([True]), np.array([False]), "[0]", "1"),
    ],
)
def test_the_entry_that_differs_most_is_first(before, after, place: str, difference: str) -> None:
    entries, _ = find_entries(np.asarray(before), np.asarray(after))
    assert (entries[0].place, entries[0].difference) == (place, difference)


@pytest.mark.parametrize(
    ("before", "after"), [(VALUES, VALUES), (VALUES, VALUES[:1]), (VALUES, Unconnected()), (VALUES[:0], VALUES[:0])]
)
def test_there_may_be_no_entry_to_show(before, after) -> None:
    assert find_entries(before, after)[0] == []


def golden(engine: str = "eager", **fields):
    """Return a change of a graph's gradient and the problem that it belongs to."""
    problem = json.loads(json.dumps(graph_problem(GOLDEN_GRAPH, golden_point().stacked())))
    found = change(Kind.BEYOND, "graph-000", name=f"graph-000.0/{engine}/loss1 + loss2", part=W2, **fields)
    return found, {"graph-000": problem}


def test_a_gradient_of_a_graph_comes_with_a_script() -> None:
    found, problems = golden()
    script = find_script(found, problems, "2.15.1", "2.21.0")
    assert script
    assert "def eager(objective, variable, dtype):" in script
    assert '"TensorFlow 2.15.1, before": np.array([[1.0, 2.0], [0.5, -3.0]]).reshape((2, 2)),' in script
    assert "Script that takes this gradient again" in ParsedPage(comparison_page([comparison(found)], problems)).text


@pytest.mark.parametrize(
    "stored",
    [{}, {"kind": "graph"}, {"kind": "graph", "graph": 7, "points": 3}, {"kind": "graph", "graph": {}, "points": {}}],
)
def test_a_problem_that_is_none_has_no_script(stored: dict) -> None:
    found, _ = golden()
    assert find_script(found, {"graph-000": stored}, "1", "2") is None


@pytest.mark.parametrize("name", ["graph-000", "graph-000.9/eager/loss1", "graph-000.0/none/loss1", "graph-000.0/v1/x"])
def test_a_case_that_is_none_has_no_script(name: str) -> None:
    _, problems = golden()
    assert find_script(change(Kind.BEYOND, "graph-000", name=name, part=W2), problems, "1", "2") is None


def test_no_text_of_a_stranger_becomes_code() -> None:
    evil = '"""\nimport os; os.abort()\n"""\\'
    found, problems = golden()
    script = find_script(found, problems, evil, evil)
    assert script
    compile(script, "script.py", "exec")
    assert "\nimport os" not in script
    assert find_script(change(Kind.BEYOND, "graph-000", name=found.case.name, part=evil), problems, "1", "2") is None


def test_commands_name_exactly_the_problem() -> None:
    lines = commands(change(Kind.BEYOND, "a b*'; rm -r ."), "my file", "2.15.1", "2.21.0")
    words = shlex.split(lines[1])
    assert words[:6] == ["gradcheck", "baseline", "record", "before.safetensors", "--like", "my file"]
    assert words[6:] == ["--only", "a b[*]'; rm -r ."]
    assert lines[0] == "# with TensorFlow 2.15.1"


def test_no_command_goes_on_in_another_line() -> None:
    assert commands(change(Kind.BEYOND, "a\nrm -r ."), "FILE", "1", "2") == []
    assert commands(change(Kind.BEYOND, "a"), "FILE", "1\nrm -r .", "2")[0] == "# with TensorFlow 1 rm -r ."


def test_the_losses_of_a_stranger_are_not_named_for_the_reader() -> None:
    problems = {"losses": {"kind": "target", "target": "os:abort"}}
    page = comparison_page([comparison(change(Kind.BEYOND, "losses"))], problems)
    assert "--target MODULE:FUNCTION" in page
    assert "os:abort" not in page


# --- what it must not hold ----------------------------------------------------------------------


def test_whatever_a_baseline_holds_is_escaped() -> None:
    found = hostile()
    problems = {text: {"kind": text, "target": text} for text in HOSTILE}
    page = comparison_page([found, found], problems, file=HOSTILE[0])
    parsed, harmless = ParsedPage(page), ParsedPage(comparison_page([comparison(), comparison()], {}))
    assert set(parsed.tags) <= {*harmless.tags, "ul", "li", "p", "strong"}
    assert parsed.tags.count("script") == parsed.tags.count("style") == 1
    assert not [name for name, _ in parsed.attributes if name.startswith("on") or name in ("style", "src")]
    assert {v for name, v in parsed.attributes if name == "href" and not (v or "").startswith("#")} == {"data:,"}
    for text in HOSTILE[:-1]:
        assert html.unescape(text) in parsed.text
    assert not re.search(r"[\x00-\x08\x1b\u202e]", page)


def test_the_page_names_nothing_outside_itself() -> None:
    page = comparison_page([comparison()])
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page.replace("// ", ""))


def test_the_policy_lets_only_its_own_script_and_style_run() -> None:
    page = comparison_page([comparison()])
    policy = policy_of(page)
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
