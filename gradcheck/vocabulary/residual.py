"""A residual layer: the input, plus a learned change of it."""

from __future__ import annotations

from typing import Any

from gradcheck.backend import tf
from gradcheck.layer import layer


@layer("residual", parameters={"kernel": ("in", "in")})
def residual(x: Any, kernel: Any) -> Any:
    """``x + tanh(x @ kernel)``.

    References:
        He et al. (2016), equation 1.
    """
    return x + tf.tanh(tf.matmul(x, kernel))
