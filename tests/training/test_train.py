"""A few steps are taken as a user takes them, and everything is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.gradient import Unconnected
from gradcheck.training.laws import REFERENCE
from gradcheck.training.routes import WARM_UP, routes
from gradcheck.training.train import STEPS
from training.support import training

W1, W2 = "head1/0/kernel", "head2/0/kernel"


@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_values_slots_and_gradients_are_recorded_at_each_step(mode) -> None:
    history = training("keras.Adam", mode).history()
    assert {name: value.shape[0] for name, value in history.values.items()} == dict.fromkeys(
        ("embedding", W1, W2), STEPS + 1
    )
    assert len(history.slots_of(W1)) == 2
    assert isinstance(history.gradients["embedding"], Unconnected)
    assert history.gradients[W1].shape == (STEPS, *history.values[W1].shape[1:])
    (iterations,) = [value for name, value in history.counters.items() if "iteration" in name]
    assert iterations.tolist() == [WARM_UP, WARM_UP + 1, WARM_UP + 2]


def test_plain_gradient_descent_is_what_its_formula_says() -> None:
    history = training("v1.GradientDescent").history()
    expected = history.values[W1][0] - np.float32(0.05) * history.gradients[W1][0]
    np.testing.assert_array_equal(history.values[W1][1], expected)


@pytest.mark.parametrize("optimizer", ["v1.Adam", "v1.Momentum", "v1.AdagradDA"])
def test_a_session_trains_as_eager_execution_does(optimizer) -> None:
    eager, session = (training(optimizer, mode).history() for mode in ("eager", "v1"))
    for name, values in eager.values.items():
        np.testing.assert_allclose(session.values[name], values, rtol=1e-5)
    assert set(eager.slots) == set(session.slots)


@pytest.mark.parametrize("route", list(routes), ids=lambda route: route.name)
@pytest.mark.parametrize("mode", ["eager", "graph", "v1"])
def test_every_route_runs_in_every_mode(route, mode) -> None:
    optimizer = "v1.Momentum" if mode == "v1" else "keras.SGD"
    trained = training(optimizer, mode)
    if not route.applies(trained.optimizer):
        return
    history = trained.history(route)
    assert all(np.isfinite(values).all() for values in history.values.values())
    assert (history.values[W1][0] != history.values[W1][-1]).any()


def test_two_optimizers_own_a_head_each() -> None:
    history = training("keras.Adam").history("two-optimizers")
    assert {owner for owner, _ in history.slots} == {"embedding", W1, W2}
    assert sum("iteration" in name for name in history.counters) == 2


def test_keras_layers_say_what_is_trainable() -> None:
    trained = training("keras.SGD")
    history, reference = trained.history("trainable-false"), trained.history(REFERENCE)
    assert isinstance(history.gradients["embedding"], Unconnected)
    np.testing.assert_array_equal(history.gradients[W2], reference.gradients[W2])
