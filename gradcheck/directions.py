"""The signed directions along which directional engines look, and projections onto them."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from gradcheck.gradient import Array

COUNT = 8
_KEY = 0x67726164636865636B


@lru_cache(maxsize=1024)
def directions(shape: tuple[int, ...]) -> Array:
    """Return eight random signed directions of ``shape``, the same ones every time.

    A Rademacher direction is +1 or -1 everywhere, so that no entry escapes it; but it cannot see
    two entries swapped where both have the same sign, which happens in all eight once in 256 times.
    So each entry also has a size of its own between 1/2 and 1, a multiple of 1/16 to stay exact.

    Returns:
        Shape ``[8, *shape]``, float64.

    References:
        Spall (1992), Multivariate stochastic approximation, on the signs.
    """
    words = np.random.Philox(key=_KEY).random_raw(COUNT * math.prod(shape)).reshape(COUNT, *shape)
    signs = np.where(words >> np.uint64(63), 1.0, -1.0)
    sizes = (8 + (words & np.uint64(7)).astype(np.float64)) / 16
    return np.asarray(signs * sizes)


def project(values: Array) -> Array:
    """Return the product of each point's gradient with each direction.

    Args:
        values: Shape ``[points, *shape]``.

    Returns:
        Shape ``[points, 8]``, float64.
    """
    shape = values.shape[1:]
    flat = directions(shape).reshape(COUNT, -1)
    return np.asarray(values.reshape(len(values), -1).astype(np.float64) @ flat.T)
