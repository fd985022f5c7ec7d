"""A user's own losses are recorded and compared at the same inputs and weights, whatever a version calls them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gradcheck.baseline.case import Case
from gradcheck.baseline.losses import capture, measure
from gradcheck.baseline.target import run_target, target_problem
from gradcheck.errors import UsageError
from gradcheck.gradient import Unconnected
from gradcheck.raised import Raised

SOURCE = """
import tensorflow as tf

model = tf.keras.Sequential([
    tf.keras.layers.Dense(4, activation="tanh"), tf.keras.layers.Dropout(0.5), tf.keras.layers.BatchNormalization(),
    tf.keras.layers.Dense(2),
])

def losses(x, y):
    logits = model(x, training=True)
    fit = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
    return {"fit": fit, "decay": tf.reduce_sum(model.layers[0].kernel ** 2)}
"""
INPUTS = ["float32[8,3]", "int32[8]"]


@pytest.fixture
def target(tmp_path: Path) -> str:
    (tmp_path / "my_train.py").write_text(SOURCE)
    return f"{tmp_path / 'my_train.py'}:losses"


def test_a_keras_model_gives_the_same_twice(target: str) -> None:
    problem, arrays = target_problem(target, INPUTS)
    first, second = ({case.name: case for case in run_target("losses", problem, arrays)} for _ in range(2))
    assert set(first) == {
        *(f"losses/{way}/{loss}" for way in ("eager", "graph", "xla") for loss in ("fit", "decay")),
        "losses/flow",
    }
    for name, case in first.items():
        for part, answer in case.answers.items():
            other = second[name].answers[part]
            assert not isinstance(answer, Raised), answer
            assert type(other) is type(answer)
            if isinstance(answer, np.ndarray):
                np.testing.assert_array_equal(answer, other)
    assert any("seed" in name or "moving" in name for name in arrays), "state is recorded too"


def halves(w: Any, rows: Any) -> Callable[..., Any]:
    return lambda x: {"a": tf.reduce_sum(x * w), "b": tf.reduce_sum(tf.stop_gradient(w) + rows)}


def recorded(losses: Callable[..., Any], *args: Any) -> tuple[list[str], dict[str, Any], dict[str, Case]]:
    names, arrays = capture(losses, args)
    return names, arrays, {case.name: case for case in measure("losses", losses, args, names, arrays)}


def test_absence_values_and_flow() -> None:
    w, rows = tf.Variable([1.0, 2.0], name="w"), tf.Variable([3.0, 4.0], name="rows")
    _, _, cases = recorded(halves(w, rows), tf.constant([5.0, 6.0]))
    np.testing.assert_array_equal(cases["losses/xla/a"].answers["w"], [5.0, 6.0])
    assert isinstance(cases["losses/eager/b"].answers["w"], Unconnected)
    assert cases["losses/flow"].answers == {
        "a, w": "connected", "a, rows": "independent", "b, w": "blocked", "b, rows": "connected",
    }  # fmt: skip


def test_variables_get_their_values_back_and_recorded_ones_are_used() -> None:
    w, x = tf.Variable([1.0, 2.0], name="w"), tf.constant([1.0, 1.0])
    cube = lambda x: tf.reduce_sum(x * w**3)  # noqa: E731
    names, arrays, before = recorded(cube, x)
    w.assign([7.0, 8.0])
    after = {case.name: case for case in measure("losses", cube, (x * 9.0,), names, arrays)}
    np.testing.assert_array_equal(after["losses/eager/loss"].answers["w"], [3.0, 12.0])
    np.testing.assert_array_equal(w, [7.0, 8.0])
    assert set(before) == set(after)


def test_variables_of_other_names_are_matched_in_order() -> None:
    old = [tf.Variable([1.0, 2.0], name="kernel"), tf.Variable([3.0, 4.0], name="bias")]
    new = [tf.Variable([0.0, 0.0], name="dense/kernel"), tf.Variable([0.0, 0.0], name="dense/bias")]
    x = tf.constant([5.0, 6.0])
    names, arrays, before = recorded(halves(*old), x)
    after = {case.name: case for case in measure("losses", halves(*new), (x,), names, arrays)}
    np.testing.assert_array_equal(after["losses/eager/a"].answers["w" if "w" in names else names[0]], [5.0, 6.0])
    assert after["losses/flow"].answers == before["losses/flow"].answers


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w, x: (lambda x: tf.reduce_sum(x * w) + tf.Variable(1.0), (x,)), "the losses"),
        (lambda w, x: (lambda x: tf.reduce_sum(x * tf.concat([w, w], 0)[:2]), (tf.cast(x, tf.float64),)), "input 0 is"),
        (lambda w, x: (lambda x, y: tf.reduce_sum(x * w), (x, x)), "the losses are given 2 arrays; 1 were recorded"),
    ],
)
def test_what_was_not_recorded_so_is_told(change: Any, message: str) -> None:
    w, x = tf.Variable([1.0, 2.0], name="w"), tf.constant([5.0, 6.0])
    names, arrays, _ = recorded(lambda x: tf.reduce_sum(x * w), x)
    losses, args = change(w, x)
    with pytest.raises(UsageError, match=message):
        list(measure("losses", losses, args, names, arrays))


def test_another_shape_of_a_variable_is_told() -> None:
    w, x = tf.Variable([1.0, 2.0], name="w"), tf.constant(5.0)
    names, arrays, _ = recorded(lambda x: tf.reduce_sum(x * w), x)
    other = tf.Variable([1.0, 2.0, 3.0], name="w")
    with pytest.raises(UsageError, match=r"variable w has shape \(3,\); \(2,\) was recorded"):
        list(measure("losses", lambda x: tf.reduce_sum(x * other), (x,), names, arrays))


def test_variables_that_are_not_trained_have_gradients_too() -> None:
    w = tf.Variable([1.0, 2.0], name="w", trainable=False)
    _, _, cases = recorded(lambda x: tf.reduce_sum(x * w), tf.constant([5.0, 6.0]))
    assert cases["losses/flow"].answers == {"loss, w": "connected"}
    for way in ("eager", "graph", "xla"):
        np.testing.assert_array_equal(cases[f"losses/{way}/loss"].answers["w"], [5.0, 6.0])


def test_slices_of_unknown_size_become_dense_without_a_warning() -> None:
    w = tf.Variable([[1.0], [2.0]], shape=[None, 1], name="w")
    _, _, cases = recorded(lambda i: tf.reduce_sum(tf.gather(w, i)), tf.constant([1, 1]))
    np.testing.assert_array_equal(cases["losses/graph/loss"].answers["w"], [[0.0], [2.0]])


def test_what_raises_in_one_way_is_its_answer() -> None:
    w = tf.Variable([1.0, 2.0], name="w")
    losses = lambda x: tf.reduce_sum(w * tf.py_function(lambda v: v, [x], tf.float32))  # noqa: E731
    _, _, cases = recorded(losses, tf.constant([5.0, 6.0]))
    assert isinstance(cases["losses/xla/loss"].answers["w"], Raised)
    np.testing.assert_array_equal(cases["losses/graph/loss"].answers["w"], [5.0, 6.0])


def test_rounding_is_measured_where_it_is_amplified() -> None:
    w = tf.Variable(1.0, name="w")
    calm = recorded(lambda: w * 3.0 * w)[2]["losses/eager/loss"].noise["w"]
    wild = recorded(lambda: tf.sin(1e4 * w))[2]["losses/eager/loss"].noise["w"]
    assert 0 <= calm < 1e-5
    assert wild > 1.0
