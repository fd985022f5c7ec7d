"""What the plugin's tests share: a session that runs inside this one, and a model with two heads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradcheck.assertions import assert_law
from gradcheck.golden import GOLDEN_GRAPH, golden_point

Run = Callable[..., pytest.RunResult]
MODEL = """
import tensorflow as tf

w1, w2 = tf.Variable([1.0, 2.0], name="w1"), tf.Variable([3.0, 4.0], name="w2")

def losses(x):
    output1 = x * w1
    held = tf.stop_gradient(output1)
    return {"loss1": tf.reduce_sum(output1), "loss2": tf.reduce_sum(held * w2)}
"""


@pytest.fixture(autouse=True)
def _warm() -> None:
    # pytester forgets every module that a run imports: TensorFlow bears that once, and not twice.
    assert_law("addition", GOLDEN_GRAPH, golden_point())


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run the tests that were written, with options."""
    return lambda *options: pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)


@pytest.fixture
def model(pytester: pytest.Pytester) -> str:
    """Write a model with two heads to a module ``model``, and return its source."""
    pytester.makepyfile(model=MODEL)
    pytester.syspathinsert()
    return MODEL
