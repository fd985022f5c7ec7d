"""What pages take for granted: models, losses and steps that their readers have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from faults.faults import STOPPED, Fault, Faulty, elsewhere
from gradcheck import Arena, Trial, TwoHeadGraph, Wiring, draw
from gradcheck.backend import tf
from gradcheck.baseline.expectations import load_expectations
from gradcheck.engines import engines
from gradcheck.examine.judge import examine
from gradcheck.examine.plan import Choice
from gradcheck.laws import laws
from gradcheck.objective import Objective, as_objective
from gradcheck.op import ops
from gradcheck.op_layer import why_no_layer
from gradcheck.shrink import witness_of
from pages.unrun import tomllib

# What a broken law about stopped heads is shrunk to.
_SMALLEST = TwoHeadGraph((), (), (), Wiring.STOPPED, "plain_sum", "plain_sum", "sum")
Names = Mapping[str, Any]


def an_engine_that_forgets_to_stop() -> None:
    """Print what a run prints, when the engine graph computes chained heads in place of stopped ones."""
    fault = Fault("dropped stop_gradient", "leak", elsewhere(wiring=Wiring.CHAINED), STOPPED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(engines._entries, "graph", Faulty(fault))
        arena = Arena(_SMALLEST, draw(_SMALLEST, dict.fromkeys(_SMALLEST.axes, 1), 1), _objectives("leak"))
        trial = Trial(arena, engines["graph"], (engines["graph"],))
        broken = next(check for check in laws["leak"].judge(trial) if check.comparison.broken.any())
        witness = witness_of(laws["leak"], trial, broken)
    print(witness.describe(witness.save(Path(".gradcheck"))))


def _objectives(law: str) -> list[Objective]:
    return [as_objective(formula) for formula in laws[law].needs]


def two_heads() -> Names:
    """Two losses of a lookup, and a step that leaves the lookup alone."""
    embedding = tf.Variable(tf.ones([5, 3]), name="embedding")
    w1, w2 = tf.Variable(tf.ones([3]), name="w1"), tf.Variable(tf.ones([3]), name="w2")

    def losses(ids: Any) -> Mapping[str, Any]:
        output1 = tf.gather(embedding, ids) * w1
        output2 = tf.stop_gradient(output1) * w2
        return {"loss1": tf.reduce_sum(output1), "loss2": tf.reduce_sum(output2)}

    def train_step() -> None:
        with tf.GradientTape() as tape:
            loss = sum(losses(tf.constant([0, 2])).values())
        for w, gradient in zip((w1, w2), tape.gradient(loss, [w1, w2]), strict=True):
            w.assign_sub(0.1 * gradient)

    return {"tf": tf, "embedding": embedding, "w1": w1, "w2": w2, "losses": losses, "train_step": train_step}


def one_loss() -> Names:
    """A loss of one variable, and what it is called with."""
    w = tf.Variable([0.5, -0.5], name="w")
    return {"x": tf.constant([1.0, 2.0]), "loss": lambda x: tf.reduce_sum(tf.round(w * x))}


def an_actor_and_a_critic() -> Names:
    """Two networks that an encoder's stop keeps apart, a target network, and one step of training."""
    encoder, policy = (tf.Variable(tf.ones([2, 2]), name=f"{name}/kernel") for name in ("encoder", "policy"))
    value = tf.Variable(tf.ones([2, 2]), name="value/kernel")
    target = tf.Variable(tf.ones([2, 2]), name="target/kernel")

    def losses(x: Any) -> Mapping[str, Any]:
        features = tf.tanh(x @ encoder)
        return {
            "policy": tf.reduce_sum(features @ policy),
            "value": tf.reduce_sum(tf.stop_gradient(x) @ value),
        }

    def train_step() -> None:
        for w in (policy, value):
            w.assign_sub(tf.fill([2, 2], 0.1))

    expected = {
        "policy": {"policy/*": "connected", "encoder/*": "connected", "value/*": "independent"},
        "value": {"policy/*": "independent", "encoder/*": "independent", "value/*": "connected"},
    }
    names = {"encoder": encoder, "policy": policy, "target_network": target, "losses": losses, "expected": expected}
    return names | {"train_step": train_step, "observations": tf.constant([[1.0, 2.0]])} | _twice(encoder)


def _twice(w: Any) -> Names:
    """Return one loss, written in two ways."""

    def plain(x: Any) -> Any:
        return tf.reduce_sum(x @ w) + tf.reduce_sum(x @ w)

    def fused(x: Any) -> Any:
        return tf.reduce_sum(2.0 * (x @ w))

    return {"plain": plain, "fused": fused}


def accepted_changes() -> None:
    """Read what a team has accepted, as ``--expect`` does."""
    assert len(load_expectations(Path("accepted.txt"))) == 2


def an_operation_of_a_distribution_of_ones_own() -> None:
    """Load what the entry points of the page's distribution name, as the registry does, and judge it."""
    groups = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    known = set(ops.names())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ops, "_entries", dict(ops._entries))
        for name, value in groups[ops._group].items():
            EntryPoint(name, value, ops._group).load()
        added = set(ops.names()) - known
        assert added == {"swish"}
        examined = examine(ops["swish"], Choice(edges=True, everything=True))
        assert examined.findings == ()
        assert len(examined.judged) > 20
        assert why_no_layer(ops["swish"]) is None


def its_tests_pass() -> None:
    """Run the tests that the page has written."""
    assert pytest.main(["-q", "-p", "no:cacheprovider", *map(str, Path.cwd().glob("test_*.py"))]) == 0


GIVEN: dict[str, Callable[[], Names | None]] = {
    "an engine that forgets to stop": an_engine_that_forgets_to_stop,
    "two heads": two_heads,
    "one loss": one_loss,
    "an actor and a critic": an_actor_and_a_critic,
    "accepted changes": accepted_changes,
    "an operation of a distribution of one's own": an_operation_of_a_distribution_of_ones_own,
    "its tests pass": its_tests_pass,
}
