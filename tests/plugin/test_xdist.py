"""Under pytest-xdist the controller tells and writes what its workers found."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_workers_hand_over_what_they_found(pytester: pytest.Pytester, run: Run, model: str) -> None:
    pytester.makepyfile(
        test_one="""
        def test_flow(gradcheck_flow):
            import tensorflow as tf
            from model import losses

            gradcheck_flow(losses, tf.TensorSpec([None]))
        """,
        test_two="""
        from gradcheck import LawBroken

        def test_broken():
            raise LawBroken("a claim")
        """,
    )
    result = run("-n", "2", "--dist", "loadfile", "--gradcheck-report=report.json")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "=*= gradcheck =*=",
            "1 claim broken, 1 flow recorded",
            "test_two.py::test_broken: a claim",
            "report written to report.json",
        ]
    )
    assert sum("claim broken" in line for line in result.outlines) == 1
    stored = json.loads((pytester.path / "report.json").read_text())
    assert [found["test"] for found in stored["broken"]] == ["test_two.py::test_broken"]
    assert [found["test"] for found in stored["flows"]] == ["test_one.py::test_flow"]
    assert stored["flows"][0]["flow"]["losses"] == ["loss1", "loss2"]


def test_workers_write_no_report_of_their_own(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        from pathlib import Path

        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(session):
            if hasattr(session.config, "workerinput") and Path("report.json").exists():
                Path("written by a worker").touch()
        """
    )
    pytester.makepyfile("def test_it():\n    pass\n")
    run("-n", "1", "--gradcheck-report=report.json").assert_outcomes(passed=1)
    assert (pytester.path / "report.json").exists()
    assert not (pytester.path / "written by a worker").exists()


def test_a_report_that_cannot_be_written_is_refused_before_the_workers_start(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile("from pathlib import Path\n\ndef test_it():\n    Path('ran').touch()\n")
    assert run("-n", "2", "--gradcheck-report=report.txt").ret == pytest.ExitCode.USAGE_ERROR
    assert not (pytester.path / "ran").exists()
