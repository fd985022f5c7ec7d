"""Variables are chosen by object, name, glob, layer and model."""

from __future__ import annotations

import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.flow.select import choose

A, B = (tf.Variable([1.0], name=name) for name in ("a", "b"))
KNOWN = {"enc/a": A, "dec/b": B}


class Encoder(tf.keras.Model):
    """A subclassed model, whose variables do not know their layers by name."""

    def __init__(self, **options):
        super().__init__(**options)
        self.dense = tf.keras.layers.Dense(2, name="dense")
        self.norm = tf.keras.layers.BatchNormalization(name="norm")

    def call(self, x, training=None):
        return self.norm(self.dense(x), training=training)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("enc/a", ["enc/a"]),
        (["dec/*"], ["dec/b"]),
        (["*"], ["enc/a", "dec/b"]),
        (A, ["enc/a"]),
        ((B, "enc/*", A), ["dec/b", "enc/a"]),
    ],
)
def test_names_globs_and_objects_choose_the_same_variables(wanted, names) -> None:
    assert list(choose(wanted, KNOWN)) == names


def test_a_variable_that_is_not_known_keeps_its_own_name() -> None:
    assert list(choose([tf.Variable(1.0, name="mine")], KNOWN)) == ["mine"]


def test_variables_of_the_same_name_are_numbered() -> None:
    twins = [tf.Variable(1.0, name="w"), tf.Variable(2.0, name="w")]
    assert list(choose(twins, {})) == ["w", "w (2)"]


@pytest.mark.parametrize("build", [lambda m: m(tf.ones([1, 3])), lambda m: tf.function(m)(tf.ones([1, 3]))])
def test_variables_of_keras_go_by_their_paths(build) -> None:
    model = Encoder(name="encoder")
    build(model)
    flow = gradcheck.flow(lambda x: tf.reduce_sum(model(x, training=True)), tf.TensorSpec([None, 3]))
    names = [f"encoder/{name}" for name in ("dense/kernel", "dense/bias", "norm/gamma", "norm/beta")]
    assert set(names) <= set(flow.variables)
    assert set(gradcheck.flow(model, tf.ones([1, 3]), variables=["encoder/dense/*"]).variables) == {
        "encoder/dense/kernel",
        "encoder/dense/bias",
    }


def test_paths_are_found_within_a_function_that_was_traced_before() -> None:
    model = Encoder(name="encoder")

    @tf.function
    def run(x):
        return model(x)

    run(tf.ones([1, 3]))
    flow = gradcheck.flow(run, tf.ones([1, 3]), variables=["encoder/dense/kernel"])
    assert flow["loss", "encoder/dense/kernel"].kind.value == "connected"


def test_a_layer_or_a_model_stands_for_all_of_its_variables() -> None:
    model = Encoder(name="encoder")
    model(tf.ones([1, 3]))
    loss = lambda x: tf.reduce_sum(model(x, training=True))  # noqa: E731
    assert len(gradcheck.flow(loss, tf.ones([2, 3]), variables=model).variables) == 6
    assert list(gradcheck.flow(loss, tf.ones([2, 3]), variables=[model.dense]).variables) == [
        "encoder/dense/kernel",
        "encoder/dense/bias",
    ]
    assert gradcheck.flow(loss, tf.ones([2, 3]), variables=[model.dense.kernel]).table() == {
        "loss": {"encoder/dense/kernel": "connected"}
    }


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([], "variables is empty"),
        (["c*"], r"variables: no variable is called 'c\*'; there are: enc/a, dec/b"),
        (3, "variables must be variables, names, globs, layers or models; found 3"),
        (tf.ones([2]), r"variables must be variables; found a tensor of shape \(2,\): what is computed from"),
        (tf.keras.layers.Dense(1, name="late"), "variables: 'late' has no variables; call it once to build it"),
    ],
)
def test_a_mistake_is_named(wanted, message) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        choose(wanted, KNOWN)
