"""Entries of the catalogue add up, or sort, what comes in no promised order: another order gives the same value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.backend import tf
from gradcheck.op import ops
from gradcheck.oracles.subject import Subject

EIG = tf.linalg.eig


def reversed_pairs(a: Any) -> tuple[Any, Any]:
    values, vectors = EIG(a)
    return values[..., ::-1], vectors[..., ::-1]


def in_order(a: Any) -> Any:
    """Give each pair a place of its own, as the entry must not."""
    return tf.abs(tf.linalg.eig(a)[0])


@pytest.mark.parametrize("call", [ops["eig"].call, ops["eigvals"].call, in_order])
def test_eigenvalues_may_come_in_any_order(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    (matrix,) = Subject(ops["eig"], None, "float64").values
    expected = tf.nest.flatten(call(matrix))
    monkeypatch.setattr(tf.linalg, "eig", reversed_pairs)
    monkeypatch.setattr(tf.linalg, "eigvals", lambda a: EIG(a)[0][..., ::-1])
    same = [np.allclose(*both, rtol=1e-12) for both in zip(expected, tf.nest.flatten(call(matrix)), strict=True)]
    assert all(same) == (call is not in_order)
