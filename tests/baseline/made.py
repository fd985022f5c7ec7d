"""Small baselines, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np

from gradcheck.baseline.case import Answer, Baseline, Case, Sort
from gradcheck.gradient import Unconnected
from gradcheck.raised import Raised

OLD = {"tensorflow": "2.15.1", "machine": "Linux x86_64, 2 cores"}
NEW = {"tensorflow": "2.21.0", "machine": "Linux x86_64, 2 cores"}
ANSWERS: dict[str, Answer] = {
    "embedding": np.array([[1.0, 2.0], [0.0, -3.0]], np.float32),
    "head1/0/kernel": Unconnected(),
    "head2/0/kernel": Raised("InvalidArgumentError", "no"),
}
EVERY_DTYPE = {
    name: np.array([[1, 0], [1, 1]]).astype(dtype)
    for name, dtype in [
        *((name, name) for name in ("bool", "int8", "uint64", "float16", "float32", "float64")),
        *(("complex64", np.complex64), ("complex128", np.complex128), ("bfloat16", ml_dtypes.bfloat16)),
    ]
} | {"empty": np.zeros((0, 3)), "scalar": np.asarray(np.float64(0.1))}


def gradients(answers: Mapping[str, Answer] = ANSWERS, noise: Mapping[str, float] | None = None) -> Case:
    """Return a case of gradients."""
    tags = {"engine": "xla", "layer": "dense sigmoid", "dtype": "float32"}
    return Case("graph-000.0/xla/loss1", "graph-000", Sort.GRADIENT, tags, dict(answers), noise or {})


def baseline(*cases: Case, environment: Mapping[str, str] = OLD) -> Baseline:
    """Return a baseline of cases."""
    problems: dict[str, Mapping[str, Any]] = {case.problem: {"kind": "graph"} for case in cases}
    return Baseline(environment, problems, {case.name: case for case in cases})
