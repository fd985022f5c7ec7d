"""The fixture ``gradcheck_flow`` returns a flow and counts it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
pytestmark = pytest.mark.usefixtures("model")


def test_a_flow_is_returned_and_counted(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import tensorflow as tf
        from model import losses, w2

        def test_flow(gradcheck_flow):
            flow = gradcheck_flow(losses, tf.TensorSpec([None]))
            assert flow["loss2", "w1"].kind == "blocked"
            assert gradcheck_flow(losses, tf.TensorSpec([None]), variables=w2).variables == ("w2",)
        """
    )
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["=*= gradcheck =*=", "0 claims broken, 2 flows recorded"])


def test_a_flow_of_another_fixture_belongs_to_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        import tensorflow as tf
        from model import losses

        @pytest.fixture
        def flow(gradcheck_flow):
            return gradcheck_flow(losses, tf.TensorSpec([None]))

        def test_flow(flow):
            assert flow.losses == ("loss1", "loss2")
        """
    )
    run().stdout.fnmatch_lines(["0 claims broken, 1 flow recorded"])


def test_the_fixture_is_explained(run: Run) -> None:
    run("--fixtures").stdout.fnmatch_lines(
        ["gradcheck_flow*", "*Tell which loss reaches which variable as `gradcheck.flow` does*"]
    )
