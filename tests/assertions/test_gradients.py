"""Gradients by the tape: absence stays absence, slices are dense, and variables are given back."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.assertions.gradients import Side, compiled, eager, evaluate, find_watched
from gradcheck.backend import tf
from gradcheck.gradient import Gradient, Unconnected
from gradcheck.moving import kept

W, U = tf.Variable([1.0, 2.0], name="w"), tf.Variable([3.0, 4.0], name="u")
ROWS = tf.Variable([[1.0], [2.0], [3.0]], name="rows")
FIXED = tf.Variable([2.0], name="fixed", trainable=False)


def side(call):
    return Side("f", "f", call)


@pytest.mark.parametrize("make", [lambda f, v: eager(f, v), lambda f, v: compiled(f, v, ())])  # noqa: PLW0108
def test_each_loss_by_each_variable(make) -> None:
    variables = {"w": W, "u": U, "rows": ROWS, "fixed": FIXED}

    def losses():
        rows = tf.nn.embedding_lookup(ROWS, [2, 2])
        return {"one": W * 5.0, "other": tf.reduce_sum(rows) * FIXED + U}

    found = evaluate(make(side(losses), variables), list(variables), ())
    values = {key: one.values[0].tolist() for key, one in found.items() if isinstance(one, Gradient)}
    assert values == {
        ("one", "w"): [5.0, 5.0],
        ("other", "u"): [1.0, 1.0],
        ("other", "rows"): [[0.0], [0.0], [8.0]],
        ("other", "fixed"): [12.0],
    }
    assert sum(isinstance(one, Unconnected) for one in found.values()) == 4


def test_a_cotangent_multiplies_and_complex_numbers_are_pairs() -> None:
    c = tf.Variable([1 + 2j], name="c")
    run = eager(side(lambda: tf.math.real(c) + 3 * tf.math.imag(c)), {"c": c})
    assert evaluate(run, ["c"], (), 2.0)["loss", "c"].values.tolist() == [[[2.0, 6.0]]]


def test_what_cannot_be_traced_is_none() -> None:
    assert compiled(side(lambda: W * float(W[0])), {"w": W}, ()) is None


def test_the_tape_tells_which_variables_are_read() -> None:
    names, watched = find_watched(side(lambda x: [W * x, U * 1.0]), (2.0,))
    assert names == ["loss1", "loss2"]
    assert {variable.name for variable in watched} == {W.name, U.name}


def test_variables_are_given_back_even_after_an_error() -> None:
    before = W.numpy()

    def fail():
        W.assign([9.0, 9.0])
        raise RuntimeError

    with pytest.raises(RuntimeError), kept([W, U]):
        fail()
    assert np.array_equal(W.numpy(), before)
