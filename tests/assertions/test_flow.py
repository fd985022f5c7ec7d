"""What a user reads when a loss leaks, or does not arrive."""

from __future__ import annotations

import pytest

from gradcheck import LawBroken, UsageError, assert_isolated, assert_reaches
from gradcheck.backend import tf

W1, W2 = tf.Variable([1.0], name="w1"), tf.Variable([1.0], name="w2")


def leaky(x):
    output1 = x * W1
    return {"loss1": output1, "loss2": output1 * W2}


def apart(x):
    output1 = x * W1
    return {"loss1": output1, "loss2": tf.stop_gradient(output1) * W2}


def test_losses_that_keep_apart_pass() -> None:
    assert_isolated(apart, "loss2", tf.ones(1), from_=[W1])
    assert_isolated(apart, "loss1", tf.ones(1), from_=["w2"])
    assert_reaches(apart, "loss2", tf.ones(1), variables=[W2])


def test_a_leak_is_shown_with_its_path() -> None:
    with pytest.raises(LawBroken) as raised:
        assert_isolated(leaky, "loss2", tf.TensorSpec([None]), from_=["w1"])
    text = str(raised.value)
    assert text.startswith("loss2 leaks into w1\n")
    assert "│ w1       │ connected │ connected │" in text
    assert f"| Mul                    {__file__}:14  output1 = x * W1" in text
    assert text.endswith(
        "to mend it: put tf.stop_gradient between w1 and loss2; "
        "leaving the variable out of an optimizer's list does not cut the path"
    )


def test_a_loss_that_does_not_arrive_is_shown_with_what_cuts_it() -> None:
    with pytest.raises(LawBroken) as raised:
        assert_reaches(apart, "loss2", tf.ones(1), variables=[W1, W2])
    text = str(raised.value)
    assert text.startswith("loss2 does not reach w1\n")
    assert "x StopGradient" in text
    assert 'return {"loss1": output1, "loss2": tf.stop_gradient(output1) * W2}' in text


def test_a_variable_that_is_not_used_does_not_pass_for_reached() -> None:
    with pytest.raises(LawBroken, match="unused; no loss reads the variable"):
        assert_reaches(lambda: {"loss": W1 * 1.0}, "loss", variables=[W2])


@pytest.mark.parametrize("names", [[], ["w9"]])
def test_an_assertion_about_nothing_is_refused(names) -> None:
    with pytest.raises(UsageError):
        assert_isolated(leaky, "loss2", tf.ones(1), from_=names)


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown loss 'loss3'"):
        assert_isolated(leaky, "loss3", tf.ones(1), from_=[W1])
