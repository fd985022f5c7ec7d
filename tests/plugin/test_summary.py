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
