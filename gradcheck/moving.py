"""What a user's function reads, kept as it is and moved within its last place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.gradient import Array

Variable = Any


@contextmanager
def kept(variables: Sequence[Variable]) -> Iterator[None]:
    """Give variables back the values that they have, so that every call begins alike."""
    before = [np.array(variable.numpy()) for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            if variable.numpy().tobytes() != value.tobytes():
                variable.assign(value)


def epsilon(dtype: Any) -> float:
    """Return the unit in the last place of 1 in a floating-point or complex dtype of TensorFlow's."""
    real = dtype.real_dtype.as_numpy_dtype
    unit = 1.0
    # NumPy's finfo does not know bfloat16.
    while float(real(1.0 + unit / 2)) != 1.0:
        unit /= 2
    return unit


def moves(value: Any) -> bool:
    """Whether a value has entries that rounding can move."""
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return False
    known = tf.as_dtype(dtype)
    return bool(known.is_floating or known.is_complex)


def moved(value: Any, stream: np.random.Generator, units: float = 1.0) -> Any:
    """Return a value, each entry moved by a random part of some units in its last place; what is no float is left."""
    if not moves(value):
        return value
    dtype = tf.as_dtype(value.dtype)
    plain: Array = np.asarray(value)
    wide = plain.astype(np.complex128 if dtype.is_complex else np.float64)
    shaken = wide * (1.0 + units * epsilon(dtype) * stream.uniform(-1.0, 1.0, wide.shape))
    narrow = shaken.astype(dtype.as_numpy_dtype)
    return tf.constant(narrow) if tf.is_tensor(value) else narrow  # a user's function may call NumPy's methods
