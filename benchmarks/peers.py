"""What gradcheck is measured against: other checkers of gradients, on the same two-head model.

Each checks the gradients of both losses by all three variables at one point, and does no more. The
losses are summed over the examples, so that a peer which builds whole Jacobians builds the smallest
that hold those gradients.
"""

from __future__ import annotations

import gc
import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.graph import Sizes, TwoHeadGraph
from gradcheck.point import Array, Point, draw

Tensor = Any
# Whether the peer raised an alarm; None from one that leaves judging to its caller.
Check = Callable[[], "bool | None"]

VARIABLES = ("embedding", "head1/0/kernel", "head2/0/kernel")
INTEGERS = ("ids", "labels1", "labels2")


@dataclass(frozen=True)
class Timing:
    """How long some points took, and at how many an alarm was raised; ``None``: nobody judges."""

    seconds: float
    points: int
    flagged: int | None

    def __add__(self, other: Timing) -> Timing:
        flagged = None if self.flagged is None or other.flagged is None else self.flagged + other.flagged
        return Timing(self.seconds + other.seconds, self.points + other.points, flagged)

    @property
    def microseconds(self) -> float:
        """Time per point."""
        return 1e6 * self.seconds / self.points


@dataclass(frozen=True)
class Peer:
    """Another checker, and how it is measured.

    Attributes:
        name: What its users call, and what it was told.
        package: What must be installed.
        dtype: What it computes in: its default.
        prepare: Makes a model of a point and returns the call that checks it; only the call is timed.
        required: How many times faster than it gradcheck must be.
        at_each: How many points it checks at each combination of sizes.
        seen: Whether it has checked the same sizes before, so that all is compiled.
        family: Peers of one family are given the same sizes. What JAX compiles for one mode serves
            the other, so sizes that are new to both must differ.
    """

    name: str
    package: str
    dtype: str
    prepare: Callable[[Point], Check]
    required: float | None = None
    at_each: int = 1
    seen: bool = False
    family: int = 0

    @property
    def installed(self) -> bool:
        """Whether its package can be imported."""
        return find_spec(self.package) is not None

    def time(self, sizes: Sizes, seed: int) -> Timing:
        """Check points of these sizes one after the other; they are made ready before the clock starts."""
        points = draw(TwoHeadGraph(), sizes, self.at_each + 1, seed=seed)
        first, *checks = [self.prepare(point) for point in points]
        if self.seen:
            first()
        gc.collect()
        started = time.perf_counter()
        alarms = [check() for check in checks]
        seconds = time.perf_counter() - started
        return Timing(seconds, len(checks), None if None in alarms else sum(map(bool, alarms)))


def check_by_tensorflow(point: Point) -> Check:
    """Compare by ``tf.test.compute_gradient``, which returns both Jacobians and judges nothing."""
    variables = [value.astype(np.float32) for value in _values(point, VARIABLES).values()]
    # They are captured: compute_gradient takes no integers.
    ids, labels1, labels2 = map(tf.constant, _values(point, INTEGERS).values())
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

    def losses(embedding: Tensor, kernel1: Tensor, kernel2: Tensor) -> Tensor:
        output1 = tf.matmul(tf.gather(embedding, ids), kernel1)
        loss1 = entropy(labels=labels1, logits=output1)
        loss2 = entropy(labels=labels2, logits=tf.matmul(output1, kernel2))
        # One call checks both: it wants a single tensor.
        return tf.stack([tf.reduce_sum(loss1), tf.reduce_sum(loss2)])

    def check() -> None:
        tf.test.compute_gradient(losses, variables)

    return check


def check_by_torch(point: Point, *, fast: bool) -> Check:
    """Compare by ``torch.autograd.gradcheck``, which asks for float64."""
    torch = importlib.import_module("torch")
    # A second thread gains nothing on tensors this small; on a busy machine waiting for it costs a hundred times more.
    torch.set_num_threads(1)
    variables = [torch.tensor(value, requires_grad=True) for value in _values(point, VARIABLES).values()]
    ids, labels1, labels2 = (torch.tensor(value, dtype=torch.int64) for value in _values(point, INTEGERS).values())
    entropy = partial(torch.nn.functional.cross_entropy, reduction="sum")

    def losses(embedding: Tensor, kernel1: Tensor, kernel2: Tensor) -> tuple[Tensor, Tensor]:
        output1 = embedding[ids] @ kernel1
        return entropy(output1, labels1), entropy(output1 @ kernel2, labels2)

    return lambda: not torch.autograd.gradcheck(losses, variables, fast_mode=fast, raise_exception=False)


def check_by_jax(point: Point, **modes: Any) -> Check:
    """Compare by ``jax.test_util.check_grads``, in float32 as JAX computes unless told otherwise."""
    jax, jnp, util = map(importlib.import_module, ("jax", "jax.numpy", "jax.test_util"))
    variables = [jnp.asarray(value, jnp.float32) for value in _values(point, VARIABLES).values()]
    ids, labels1, labels2 = map(jnp.asarray, _values(point, INTEGERS).values())

    def entropy(logits: Tensor, labels: Tensor) -> Tensor:
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).sum()

    def losses(embedding: Tensor, kernel1: Tensor, kernel2: Tensor) -> tuple[Tensor, Tensor]:
        output1 = embedding[ids] @ kernel1
        return entropy(output1, labels1), entropy(output1 @ kernel2, labels2)

    def check() -> bool:
        try:
            util.check_grads(losses, variables, order=1, **modes)
        except AssertionError:
            return True
        return False

    return check


def _values(point: Point, names: tuple[str, ...]) -> Mapping[str, Array]:
    return {name: point.values[name] for name in names}


_reverse = partial(check_by_jax, modes=["rev"])
_fast, _slow = partial(check_by_torch, fast=True), partial(check_by_torch, fast=False)

PEERS = (
    Peer("tf.test.compute_gradient", "tensorflow", "float32", check_by_tensorflow, required=100, at_each=2),
    Peer("torch gradcheck, fast mode", "torch", "float64", _fast, required=15, at_each=8),
    Peer("torch gradcheck, slow mode", "torch", "float64", _slow, at_each=4),
    # Sizes are drawn, and every size is news to JAX: this is what a check at drawn sizes costs.
    Peer("jax check_grads, rev, new sizes", "jax", "float32", _reverse, required=300),
    Peer("jax check_grads, fwd and rev, new sizes", "jax", "float32", check_by_jax, family=1),
    Peer("jax check_grads, rev, sizes seen before", "jax", "float32", _reverse, at_each=4, seen=True),
    Peer("jax check_grads, fwd and rev, sizes seen", "jax", "float32", check_by_jax, at_each=4, seen=True),
)
