"""Gradients that come as `tf.IndexedSlices` against their dense form: clipping, norms and steps of optimizers."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache, partial
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.gradient import Array
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import differ
from gradcheck.oracles._numbers import largest
from gradcheck.oracles.subject import Subject, attempt, to_array
from gradcheck.raised import Raised
from gradcheck.training.known import KNOWN
from gradcheck.training.optimizers import Optimizer, find_optimizers

Tensor = Any
_OPTIMIZERS = 6  # for each gradient: other ones for another operation, since what they do depends on the slices alone
_ULPS = 256  # two steps, each of a few dozen operations


@oracle(
    "slices",
    "IndexedSlices against their dense form through clipping, norms and two steps of an optimizer",
    dtypes=("real",),
    turns=4,
)
def judge_slices(subject: Subject) -> Iterator[Doubt]:
    """Look at each input's gradient that comes as slices; where none does, there is nothing to judge."""
    gradients = attempt(partial(subject.pull, subject.inputs))
    if isinstance(gradients, Raised):
        raise Unjudged(f"the gradient raises: {gradients}")
    # Of nothing nothing is clipped.
    slices = {i: g for i, g in enumerate(gradients) if isinstance(g, tf.IndexedSlices) and largest(to_array(g))}
    if not slices:
        raise Unjudged("no gradient comes as slices")
    for place, gradient in slices.items():
        yield from _clipped(subject, place, gradient)
        yield from _stepped(subject, place, gradient)


def _clipped(subject: Subject, place: int, slices: Tensor) -> Iterator[Doubt]:
    dense = tf.convert_to_tensor(slices)
    half, norm = largest(to_array(dense)) / 2, tf.norm(dense) / 2
    for told, form in _forms(slices, dense).items():
        for name, clip in CLIPS.items():
            expected, found = (attempt(partial(_clip, clip, g, half, norm)) for g in (dense, form))
            yield from _compare(subject, f"a dense gradient against {told} through {name}", expected, found, place)


def _forms(slices: Tensor, dense: Tensor) -> dict[str, Tensor]:
    """Return ways to write a gradient as slices: as it comes, and each row once."""
    repeated = len(np.unique(slices.indices)) < len(slices.indices)
    rows = tf.IndexedSlices(dense, tf.range(dense.shape[0]), tf.shape(dense))
    return {"slices with repeated ids" if repeated else "slices": slices, "slices of every row": rows}


def _clip(clip: Callable[[Tensor, float, Tensor], Tensor], gradient: Tensor, half: float, norm: Tensor) -> Array:
    return to_array(clip(gradient, half, norm))


# Each is given half of the largest entry and half of the norm, so that it clips.
CLIPS: Mapping[str, Callable[[Tensor, float, Tensor], Tensor]] = {
    "tf.clip_by_value": lambda g, half, _: tf.clip_by_value(g, -half, half),
    "tf.clip_by_norm": lambda g, _, norm: tf.clip_by_norm(g, norm),
    "tf.clip_by_global_norm": lambda g, _, norm: tf.clip_by_global_norm([g, None], norm)[0][0],
    "tf.linalg.global_norm": lambda g, *_: tf.linalg.global_norm([g, None]),
}


def _stepped(subject: Subject, place: int, slices: Tensor) -> Iterator[Doubt]:
    dense = tf.convert_to_tensor(slices)
    rows = _forms(slices, dense)["slices of every row"]
    for optimizer in _chosen(f"{subject.label}/{place}"):
        told, form = ("slices of every row", rows) if _does_otherwise(optimizer) else ("slices", slices)
        expected, found = (attempt(partial(_step, optimizer, subject.values[place], g)) for g in (dense, form))
        what = f"a dense gradient against {told} through steps of {optimizer.name}"
        yield from _compare(subject, what, expected, found, place)


def _step(optimizer: Optimizer, value: Array, gradient: Tensor) -> Array:
    """Return a variable after two steps; at the first, some optimizers divide a gradient by its own size."""
    variable = tf.keras.Variable(value, dtype=value.dtype.name) if optimizer.wants_keras else tf.Variable(value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = optimizer.make()
        for _ in range(2):
            made.apply_gradients([(gradient, variable)])
    return to_array(variable)


@cache
def _usable() -> tuple[Optimizer, ...]:
    # Keras divides by the scale, which IndexedSlices refuse (docs/trophies.md: keras-loss-scale-slices).
    return tuple(o for o in find_optimizers() if o.why_not() is None and "loss_scale_factor" not in o.options)


def _chosen(label: str) -> list[Optimizer]:
    usable = _usable()
    first = zlib.crc32(label.encode())
    return [usable[(first + index) % len(usable)] for index in range(min(_OPTIMIZERS, len(usable)))]


def _does_otherwise(optimizer: Optimizer) -> bool:
    """Whether it is known to treat repeated ids, or rows that no id reads, otherwise; it takes every row alike."""
    patterns = [pattern for known in KNOWN if known.law == "sparse-dense" for pattern in known.optimizers]
    return any(fnmatchcase(optimizer.name, pattern) for pattern in (*patterns, *_FROM_SUMS))


# They compute a row from sums of its gradients, and leave a row alone that no id reads.
_FROM_SUMS = ("v1.AdagradDA*", "v1.Ftrl*")


def _compare(
    subject: Subject, what: str, expected: Array | Raised, found: Array | Raised, place: int
) -> Iterator[Doubt]:
    where = f"input {place}"
    if isinstance(expected, Raised) or isinstance(found, Raised):
        if isinstance(found, Raised) != isinstance(expected, Raised):
            yield Doubt(what, _told(expected), _told(found), where)
        return
    yield from differ(what, expected, found, _ULPS * subject.epsilon * max(largest(expected), 1e-3), where)


def _told(answer: Array | Raised) -> str:
    return str(answer) if isinstance(answer, Raised) else "numbers"
