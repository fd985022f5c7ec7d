"""What a user reads when a loss leaks, or does not arrive."""

from __future__ import annotations

import pytest

from gradcheck import LawBroken, UsageError, assert_isolated, assert_reaches
from gradcheck.backend import tf
from gradcheck.flow.stages import shorten

# Keras 2 draws the seeds of initializers from random.randint(1, 1e9).
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange:DeprecationWarning")

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
    assert f"| ReadVariableOp, Mul\n      {shorten(__file__)}:18  output1 = x * W1" in text
    assert text.endswith(
        "to mend it: put tf.stop_gradient between w1 and loss2; "
        "leaving the variable out of an optimizer's list does not cut the path"
    )


def test_a_loss_that_does_not_arrive_is_shown_with_what_cuts_it() -> None:
    with pytest.raises(LawBroken) as raised:
        assert_reaches(apart, "loss2", tf.ones(1), variables=[W1, W2])
    text = str(raised.value)
    assert text.startswith("loss2 does not reach w1\n")
    assert "✕ StopGradient" in text
    assert 'return {"loss1": output1, "loss2": tf.stop_gradient(output1) * W2}' in text


def test_a_variable_that_is_not_used_does_not_pass_for_reached() -> None:
    with pytest.raises(LawBroken, match="unused; no loss reads it"):
        assert_reaches(lambda: {"loss": W1 * 1.0}, "loss", variables=[W2])


@pytest.mark.parametrize("names", [[], ["w9"]])
def test_an_assertion_about_nothing_is_refused(names) -> None:
    with pytest.raises(UsageError):
        assert_isolated(leaky, "loss2", tf.ones(1), from_=names)


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown loss 'loss3'"):
        assert_isolated(leaky, "loss3", tf.ones(1), from_=[W1])


# --- several losses, single variables, layers and models ---------------------------------------------


def test_a_variable_needs_no_list_and_losses_may_be_several() -> None:
    assert_reaches(leaky, ["loss1", "loss2"], tf.ones(1), variables=W1)
    assert_isolated(apart, ["loss1"], tf.ones(1), from_=W2)
    with pytest.raises(LawBroken, match=r"^loss1 does not reach w2\nloss2 does not reach w1\n"):
        assert_reaches(apart, ["loss1", "loss2"], tf.ones(1), variables=[W1, W2])
    with pytest.raises(LawBroken, match=r"^loss1 leaks into w1\nloss2 leaks into w1\n"):
        assert_isolated(leaky, ["loss1", "loss2"], tf.ones(1), from_=W1)


def test_more_leaks_than_can_be_shown_are_counted() -> None:
    many = [tf.Variable(1.0, name=f"v{i}") for i in range(8)]
    with pytest.raises(LawBroken) as raised:
        assert_isolated(lambda: {"loss": tf.add_n(many)}, "loss", from_=many)
    text = str(raised.value)
    assert text.startswith("loss leaks into v0, v1, v2, v3, v4, v5 and 2 more\n")
    assert text.count("to mend it") == 3
    assert "\nand 5 more: v3 -> loss, v4 -> loss, " in text


@pytest.fixture
def norm():
    layer = tf.keras.layers.BatchNormalization(name="norm")
    layer.build([None, 2])
    return layer


def test_a_layer_stands_for_all_that_must_not_be_reached(norm) -> None:
    """At inference the loss has a gradient by the moving statistics, which no optimizer would show."""

    def normalised(x):
        return {"loss": tf.reduce_sum(norm(x, training=False))}

    def shifted(x):
        return {"loss": tf.reduce_sum((x - norm.moving_mean) * norm.moving_variance)}

    with pytest.raises(LawBroken, match="moving_mean"):
        assert_isolated(shifted, "loss", tf.ones([3, 2]), from_=norm)
    assert_isolated(shifted, "loss", tf.ones([3, 2]), from_=[norm.gamma, norm.beta])
    with pytest.raises(LawBroken, match="gamma"):
        assert_isolated(normalised, "loss", tf.ones([3, 2]), from_=[norm])


@pytest.mark.parametrize("training", [False, True])
def test_a_layer_stands_for_the_weights_that_must_be_reached(norm, training) -> None:
    def normalised(x):
        return {"loss": tf.reduce_sum(norm(x, training=training) * x)}

    assert_reaches(normalised, "loss", tf.ones([3, 2]), variables=norm)
    with pytest.raises(LawBroken, match=r"^loss does not reach .*gamma"):
        assert_reaches(lambda x: {"loss": tf.reduce_sum(x + norm.beta)}, "loss", tf.ones([3, 2]), variables=norm)


def test_a_layer_without_weights_to_train_stands_for_all_of_its_variables(norm) -> None:
    norm.trainable = False
    with pytest.raises(LawBroken, match="moving_mean"):
        assert_reaches(lambda x: {"loss": tf.reduce_sum(x * norm.gamma)}, "loss", tf.ones([3, 2]), variables=norm)


def test_a_mistake_names_the_argument() -> None:
    with pytest.raises(UsageError, match=r"^from_ is empty"):
        assert_isolated(leaky, "loss1", tf.ones(1), from_=[])
    with pytest.raises(UsageError, match=r"^from_: no variable is called 'x\*'; there are: w1, w2"):
        assert_isolated(leaky, "loss1", tf.ones(1), from_="x*")
    with pytest.raises(UsageError, match=r"^variables must be variables"):
        assert_reaches(leaky, "loss1", tf.ones(1), variables=3)
    with pytest.raises(UsageError, match=r"^from_ must be variables, names, globs, layers or models; found None"):
        assert_isolated(leaky, "loss1", tf.ones(1), from_=None)
    with pytest.raises(UsageError, match=r"^loss must be the name of a loss, or names of several; found <tf.Variable"):
        assert_isolated(leaky, W1, tf.ones(1), from_=W1)
    with pytest.raises(UsageError, match=r"^loss must be the name of a loss, or names of several; found 3"):
        assert_reaches(leaky, 3, tf.ones(1), variables=W1)
    with pytest.raises(UsageError, match=r"^loss is empty: name at least one of loss1, loss2"):
        assert_reaches(leaky, [], tf.ones(1), variables=W1)
    with pytest.raises(UsageError, match=r"^losses cannot be traced: ZeroDivisionError"):
        assert_reaches(lambda: 1 / 0, "loss", variables=W1)
