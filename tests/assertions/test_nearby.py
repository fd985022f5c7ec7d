"""Rounding is measured on the user's own function, the same in every run, and everything is given back."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.assertions.gradients import Side, eager, evaluate
from gradcheck.assertions.nearby import measure_noise
from gradcheck.backend import tf
from gradcheck.moving import epsilon

W = tf.Variable([1.0, 2.0, 3.0], name="w")
FAR = tf.Variable(np.linspace(999.0, 1001.0, 50, dtype=np.float32), name="far")
KEY = ("loss", "w")


def noise_of(loss, variable, args=()):
    run = eager(Side("f", "f", loss), {"w": variable})
    at = evaluate(run, ["w"], args)
    return measure_noise(run, at, ["w"], args, [variable])[KEY] / (epsilon(variable.dtype) * float(at[KEY].scale[0]))


def test_where_nothing_is_amplified_rounding_is_a_unit_or_two() -> None:
    assert 0.1 < noise_of(lambda: tf.reduce_sum(W * W), W) < 4


def test_a_sum_that_cancels_amplifies_by_what_it_loses() -> None:
    assert 100 < noise_of(lambda: tf.reduce_mean(FAR * FAR) - tf.reduce_mean(FAR) ** 2, FAR) < 20000


def test_arguments_are_moved_and_whole_numbers_are_not() -> None:
    def loss(x, picked):
        tf.debugging.assert_equal(picked, [0, 2])
        return tf.reduce_sum(tf.gather(W, picked)) * tf.sin(x["angle"].ravel() * 1e4)

    assert noise_of(loss, W, ({"angle": np.array([[0.7]], np.float32)}, np.array([0, 2], np.int32))) > 1000


def test_it_is_the_same_each_time_and_gives_values_back() -> None:
    before = FAR.numpy()
    first, second = (noise_of(lambda: tf.math.reduce_variance(FAR), FAR) for _ in range(2))
    assert first == second > 0
    assert FAR.numpy().tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("dtype", "unit"),
    [
        ("float16", 2.0**-10),
        ("bfloat16", 2.0**-7),
        ("float32", 2.0**-23),
        ("float64", 2.0**-52),
        ("complex64", 2.0**-23),
    ],
)
def test_units_in_the_last_place_are_those_of_the_dtype(dtype, unit) -> None:
    assert epsilon(tf.as_dtype(dtype)) == unit
