"""Variables are found where they live, told by what they are for, and by what a callable mentions."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import pytest

from gradcheck.backend import tf
from gradcheck.training.live import Role, find_live, find_mentioned, key_of

# Keras 2 draws the seeds of initializers from random.randint(1, 1e9).
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange:DeprecationWarning")

GLOBAL = tf.Variable(1.0, name="global")
OTHER = tf.Variable(1.0, name="other")
MODULE = ModuleType("nets")
MODULE.weight = tf.Variable(1.0, name="of_a_module")


def mentioned(step):
    return {variable.name.partition(":")[0] for variable in find_mentioned(step).variables.values()}


def helper():
    return GLOBAL * 1.0


class Trainer:
    def __init__(self):
        self.parts = {"w": [tf.Variable(1.0, name="deep")]}

    def step(self):
        return self.parts["w"][0] * 1.0


def test_what_encloses_names_and_holds_is_mentioned() -> None:
    local = tf.Variable(1.0, name="local")
    assert mentioned(lambda: local * 1.0) == {"local"}
    assert mentioned(helper) == {"global"}
    assert mentioned(lambda: helper()) == {"global"}  # noqa: PLW0108  # a name within a name
    assert mentioned(lambda: [GLOBAL for _ in range(2)]) == {"global"}
    assert mentioned(Trainer().step) == {"deep"}
    assert mentioned(partial(lambda x: x, local)) == {"local"}
    assert mentioned(tf.function(helper)) == {"global"}
    assert mentioned(lambda: MODULE.weight) == {"of_a_module"}
    assert mentioned(lambda: None) == set()


def test_a_keras_model_is_walked_down_to_its_weights() -> None:
    model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])
    found = find_mentioned(model.train_on_batch).variables
    assert {key_of(weight) for weight in model.weights} <= found.keys()


def test_every_variable_that_lives_is_found_once() -> None:
    model = tf.keras.Sequential([tf.keras.Input([2]), tf.keras.layers.Dense(1)])
    hidden = [tf.Variable(1.0)]
    found = find_live()
    assert {key_of(v) for v in [*model.weights, *hidden, GLOBAL, OTHER]} <= found.variables.keys()
    assert len({id(v.handle) for v in found.variables.values()}) == len(found.variables)


def test_variables_of_a_session_are_not_found() -> None:
    with tf.Graph().as_default():
        variable = tf.compat.v1.get_variable("in_a_graph", [1])
    assert not any(variable is found for found in find_live().variables.values())


def test_roles_tell_weights_from_state_and_books() -> None:
    layer = tf.keras.layers.Dense(1)
    frozen = tf.keras.layers.Dense(1, trainable=False)
    norm, metric = tf.keras.layers.BatchNormalization(), tf.keras.metrics.Mean()
    metric.update_state(1.0)
    for built in (layer, frozen, norm):
        built.build([None, 2])
    optimizer = tf.keras.optimizers.Adam()
    optimizer.build(layer.trainable_variables)
    generator = tf.random.Generator.from_seed(1)
    live = find_live()

    def roles(variables):
        return {live.role(live.variables[key_of(variable)]) for variable in variables}

    assert roles(layer.weights) == {Role.WEIGHT}
    assert roles(frozen.weights) == {Role.FROZEN}
    assert roles([norm.gamma]) == {Role.WEIGHT}
    assert roles([norm.moving_mean, norm.moving_variance]) == {Role.STATE}
    own = optimizer.variables() if callable(optimizer.variables) else optimizer.variables
    assert roles([*own, *metric.variables, generator.state]) == {Role.BOOKS}
    assert live.role(tf.Variable(3)) is Role.BOOKS
    assert live.role(tf.Variable([3])) is Role.STATE
    assert live.role(tf.Variable(1.0, trainable=False)) is Role.STATE


def test_half_made_objects_are_passed_over() -> None:
    class Broken(tf.keras.layers.Layer):
        def __init__(self):  # without its base's
            kept.append(self)
            raise ValueError("broken")

    kept: list[Broken] = []
    with pytest.raises(ValueError, match="broken"):
        Broken()
    assert kept
    assert find_live().variables
