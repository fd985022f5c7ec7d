"""The summary lists every broken claim with its test, however it was raised, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
TITLE = "=*= gradcheck =*="


def test_a_leak_is_listed_with_its_test(pytester: pytest.Pytester, run: Run, model: str) -> None:
    pytester.makepyfile(
        test_leak="""
        import tensorflow as tf
        from gradcheck import assert_isolated
        from model import losses

        def test_isolated():
            assert_isolated(losses, "loss1", tf.TensorSpec([None]), from_=["w1"])
        """
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            TITLE,
            "1 claim broken, 0 flows recorded",
            "test_leak.py::test_isolated: loss1 leaks into w1",
            "  see it again: pytest test_leak.py::test_isolated",
        ]
    )


def test_a_failure_shows_the_users_line_and_none_of_gradchecks(pytester: pytest.Pytester, run: Run, model: str) -> None:
    pytester.makepyfile(
        test_hidden="""
        import gradcheck
        from model import losses, w1, w2

        ONE = (1.0,)

        def step():
            w1.assign_add([1.0, 1.0])

        def test_isolated():
            gradcheck.assert_isolated(losses, "loss1", *ONE, from_=w1)

        def test_reaches():
            gradcheck.assert_reaches(losses, "loss2", *ONE, variables=w1)

        def test_flow():
            gradcheck.assert_flow(losses, {"loss1": {"w1": "blocked"}, "loss2": {"w1": "blocked"}}, *ONE, variables=w1)

        def test_unchanged():
            gradcheck.assert_unchanged(step, w1)

        def test_only_changes():
            gradcheck.assert_only_changes(step, w2, among=w1)

        def test_step():
            gradcheck.assert_step(step, leaves=[w1])

        def test_same_gradients():
            gradcheck.assert_same_gradients(lambda: w1 ** 2, lambda: w1 ** 3, variables=w1)
        """
    )
    result = run()
    result.assert_outcomes(failed=7)
    result.stdout.fnmatch_lines([">*gradcheck.assert_isolated(losses*", "E*LawBroken: loss1 leaks into w1"])
    result.stdout.no_fnmatch_line("*assertions*.py:*")
    result.stdout.no_fnmatch_line("*raise LawBroken*")


WRAPPED = {
    "as it is": "raise LawBroken('a claim')",
    "as a cause": "raise ValueError('other') from LawBroken('a claim')",
    "while it is handled": (
        "\n    try:\n        raise LawBroken('a claim')\n    except LawBroken:\n        raise ValueError"
    ),
    "in a subclass": "\n    class Mine(LawBroken): ...\n    raise Mine('a claim')",
}
if sys.version_info >= (3, 11):
    WRAPPED["in a group"] = "raise ExceptionGroup('several', [ValueError(), LawBroken('a claim')])"


@pytest.mark.parametrize("body", WRAPPED.values(), ids=WRAPPED)
def test_a_broken_claim_is_found_however_it_is_wrapped(pytester: pytest.Pytester, run: Run, body: str) -> None:
    pytester.makepyfile(f"from gradcheck import LawBroken\n\ndef test_it():\n    {body}\n")
    run().stdout.fnmatch_lines([TITLE, "1 claim broken, *", "*::test_it: a claim"])


HARMLESS = {
    "another failure": "assert 1 == 2",
    "an expected one": "\n    with pytest.raises(LawBroken):\n        raise LawBroken('a claim')",
    "one that was handled": (
        "\n    try:\n        raise LawBroken('a claim')\n    except LawBroken:\n        raise ValueError from None"
    ),
    "one that is known": "\n    pytest.xfail('known')",
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_other_outcomes_are_left_alone(pytester: pytest.Pytester, run: Run, body: str) -> None:
    pytester.makepyfile(f"import pytest\nfrom gradcheck import LawBroken\n\ndef test_it():\n    {body}\n")
    run().stdout.no_fnmatch_line(TITLE)


def test_a_claim_that_is_known_to_be_broken_is_left_alone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from gradcheck import LawBroken

        @pytest.mark.xfail
        def test_it():
            raise LawBroken("a claim")
        """
    )
    result = run()
    result.assert_outcomes(xfailed=1)
    result.stdout.no_fnmatch_line(TITLE)


def test_a_claim_broken_in_a_fixture_is_listed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from gradcheck import LawBroken

        @pytest.fixture
        def broken():
            raise LawBroken("a claim")

        def test_it(broken):
            pass
        """
    )
    run().stdout.fnmatch_lines(["1 claim broken, *", "*::test_it: a claim"])
