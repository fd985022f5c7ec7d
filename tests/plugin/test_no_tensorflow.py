"""A session whose tests use no TensorFlow never imports it."""

from __future__ import annotations

import pytest

CONFTEST = """
import sys

def pytest_unconfigure():
    print("TensorFlow was imported:", "tensorflow" in sys.modules)
    print("flow was imported:", "gradcheck.flow.result" in sys.modules)
"""
TESTS = """
from gradcheck import LawBroken

def test_passes():
    pass

def test_fails():
    assert {"a": 1} == {"a": 2}

def test_breaks():
    raise LawBroken("a claim")
"""


def test_neither_options_nor_hooks_nor_reports_import_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    reports = [f"--gradcheck-report=report{suffix}" for suffix in (".md", ".json", ".xml")]
    result = pytester.runpytest_subprocess(*reports)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["1 claim broken, 0 flows recorded", "TensorFlow was imported: False"])


def test_without_a_report_not_even_flow_is_imported(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    pytester.runpytest_subprocess().stdout.fnmatch_lines(["flow was imported: False"])


def test_the_check_would_notice(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("def test_it():\n    from gradcheck.backend import tf\n    tf.constant(1.0)\n")
    pytester.runpytest_subprocess().stdout.fnmatch_lines(["TensorFlow was imported: True"])
    pytester.makepyfile("def test_it():\n    import gradcheck.flow.result\n")
    pytester.runpytest_subprocess().stdout.fnmatch_lines(["flow was imported: True"])
