"""Inputs by their description: ``float32[None,3]``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.errors import UsageError, unknown

UNKNOWN_SIZE = 4  # what a dimension of unknown size is when values are drawn
_FORM = re.compile(r"(?P<dtype>\w+)(?:\[(?P<shape>[^\]]*)\])?")
_DTYPES = (
    "bool", "bfloat16", "complex64", "complex128", "float16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64",
)  # fmt: skip


def parse_input(text: str) -> Any:
    """Return the ``tf.TensorSpec`` of a description: a dtype and a shape, whose dimensions may be ``None``.

    Raises:
        UsageError: The text is no such description.
    """
    match = _FORM.fullmatch(text.strip())
    sizes = [size.strip() for size in (match["shape"] or "").split(",") if size.strip()] if match else []
    if match is None or not all(size == "None" or size.isdecimal() for size in sizes):
        raise UsageError(f"--input must be a dtype and a shape such as float32[None,3]; found {text!r}")
    if match["dtype"] not in _DTYPES:
        raise unknown("dtype", match["dtype"], _DTYPES)
    return tf.TensorSpec([None if size == "None" else int(size) for size in sizes], match["dtype"])


def draw_inputs(specs: Sequence[Any], seed: int) -> list[Any]:
    """Return random tensors that fit specs, every unknown dimension of the same size.

    Floats are normally distributed; whole numbers are 0 or 1, which fit any table of at least two rows.

    Args:
        specs: The specs.
        seed: Which values.
    """
    generator = np.random.default_rng(seed)
    return [_draw(spec, generator) for spec in specs]


def _draw(spec: Any, generator: np.random.Generator) -> Any:
    shape = [UNKNOWN_SIZE if size is None else size for size in spec.shape]
    if spec.dtype.is_floating:
        return tf.cast(generator.standard_normal(shape), spec.dtype)
    if spec.dtype.is_complex:
        return tf.cast(generator.standard_normal(shape) + 1j * generator.standard_normal(shape), spec.dtype)
    return tf.cast(generator.integers(0, 2, shape), spec.dtype)
