"""The fixture ``gradcheck_law`` asserts laws and keeps failing cases where ``--gradcheck-witnesses`` says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradcheck.witness import load_witness

HOLDS_ADDITION = """
from gradcheck.golden import GOLDEN_GRAPH, golden_point

def test_addition(gradcheck_law):
    gradcheck_law("addition", GOLDEN_GRAPH, golden_point())
"""
Run = Callable[..., pytest.RunResult]
TITLE = "=*= gradcheck =*="


def test_a_law_that_holds_passes_and_leaves_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(TITLE)
    assert not (pytester.path / ".gradcheck").exists()


@pytest.mark.usefixtures("lying_eager")
def test_a_broken_law_fails_and_leaves_a_witness(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    result = run()
    result.assert_outcomes(failed=1)
    (path,) = (pytester.path / ".gradcheck").iterdir()
    assert load_witness(path).law == "addition"
    result.stdout.fnmatch_lines(
        [
            "*LawBroken: addition broken by engine eager",
            f"*reproduce  gradcheck replay .gradcheck/{path.name}",
            TITLE,
            f"  see it again: gradcheck replay .gradcheck/{path.name}",
        ]
    )


@pytest.mark.usefixtures("lying_eager")
def test_witnesses_go_where_the_option_says(pytester: pytest.Pytester, run: Run, tmp_path: Path) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    result = run(f"--gradcheck-witnesses={tmp_path / 'kept'}")
    (path,) = (tmp_path / "kept").iterdir()
    result.stdout.fnmatch_lines([TITLE, f"  see it again: gradcheck replay {path}"])
    assert not (pytester.path / ".gradcheck").exists()


@pytest.mark.usefixtures("lying_eager")
def test_a_witness_that_cannot_be_written_is_said(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HOLDS_ADDITION)
    (pytester.path / "file").write_text("")
    result = run("--gradcheck-witnesses=file/kept")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UsageError: cannot write file/kept/witness-*.json: *"])


def test_an_unknown_law_fails_with_the_one_that_was_meant(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HOLDS_ADDITION.replace('"addition"', '"adition"'))
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UsageError: unknown law 'adition'; did you mean 'addition'?*"])
    result.stdout.no_fnmatch_line(TITLE)


def test_the_option_and_the_fixture_are_explained(pytester: pytest.Pytester, run: Run) -> None:
    run("--help").stdout.fnmatch_lines(["*--gradcheck-witnesses=DIR*"])
    run("--fixtures").stdout.fnmatch_lines(["gradcheck_law*", "*Assert laws as `gradcheck.assert_law` does*"])
