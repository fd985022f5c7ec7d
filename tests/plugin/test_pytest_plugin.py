"""The plugin's fixture asserts laws, keeps failing cases, and says at the end how to see them again."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.assertions import assert_law
from gradcheck.golden import GOLDEN_GRAPH, golden_point
from gradcheck.witness import load_witness

HOLDS_ADDITION = """
from gradcheck.golden import GOLDEN_GRAPH, golden_point

def test_addition(gradcheck_law):
    gradcheck_law("addition", GOLDEN_GRAPH, golden_point())
"""
TITLE = "*gradcheck: see failing cases again*"


@pytest.fixture(autouse=True)
def _warm() -> None:
    # pytester forgets every module that a run imports: TensorFlow bears that once, and not twice.
    assert_law("addition", GOLDEN_GRAPH, golden_point())


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)


def test_a_law_that_holds_passes_and_leaves_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    result = run(pytester)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(TITLE)
    assert not (pytester.path / ".gradcheck").exists()


@pytest.mark.usefixtures("lying_eager")
def test_a_broken_law_fails_and_leaves_a_witness(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    (path,) = (pytester.path / ".gradcheck").iterdir()
    assert load_witness(path).law == "addition"
    result.stdout.fnmatch_lines(
        [
            "*LawBroken: addition broken by engine eager",
            f"*reproduce  gradcheck replay .gradcheck/{path.name}",
            TITLE,
            f"gradcheck replay .gradcheck/{path.name}",
        ]
    )


@pytest.mark.usefixtures("lying_eager")
def test_witnesses_go_where_the_option_says(pytester: pytest.Pytester, tmp_path: Path) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    result = run(pytester, f"--gradcheck-witnesses={tmp_path / 'kept'}")
    (path,) = (tmp_path / "kept").iterdir()
    result.stdout.fnmatch_lines([TITLE, f"gradcheck replay {path}"])
    assert not (pytester.path / ".gradcheck").exists()


@pytest.mark.usefixtures("lying_eager")
def test_a_case_that_fails_twice_is_listed_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HOLDS_ADDITION + HOLDS_ADDITION.replace("test_addition", "test_again"))
    result = run(pytester)
    result.assert_outcomes(failed=2)
    assert sum(line.startswith("gradcheck replay ") for line in result.outlines) == 1


@pytest.mark.usefixtures("lying_eager")
def test_a_witness_that_cannot_be_written_is_said(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    (pytester.path / "file").write_text("")
    result = run(pytester, "--gradcheck-witnesses=file/kept")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UsageError: cannot write file/kept/witness-*.json: *"])


def test_an_unknown_law_fails_with_the_one_that_was_meant(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HOLDS_ADDITION.replace('"addition"', '"adition"'))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UsageError: unknown law 'adition'; did you mean 'addition'?*"])
    result.stdout.no_fnmatch_line(TITLE)


def test_failures_of_others_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_other():\n    assert 1 == 2\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line(TITLE)


def test_the_option_and_the_fixture_are_explained(pytester: pytest.Pytester) -> None:
    run(pytester, "--help").stdout.fnmatch_lines(["*--gradcheck-witnesses=DIR*"])
    run(pytester, "--fixtures").stdout.fnmatch_lines(["gradcheck_law*", "*Assert laws as `gradcheck.assert_law` does*"])
