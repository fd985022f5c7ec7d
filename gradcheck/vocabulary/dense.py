"""Dense layers: the seed's linear transformation, and the one with a bias."""

from __future__ import annotations

from typing import Any

from gradcheck.backend import tf
from gradcheck.layer import layer


@layer("dense", parameters={"kernel": ("in", "out")}, resizes=True, polynomial=True)
def dense(x: Any, kernel: Any) -> Any:
    """``x @ kernel``."""
    return tf.matmul(x, kernel)


@layer("dense_bias", parameters={"kernel": ("in", "out"), "bias": ("out",)}, resizes=True, polynomial=True)
def dense_bias(x: Any, kernel: Any, bias: Any) -> Any:
    """``x @ kernel + bias``."""
    return tf.matmul(x, kernel) + tf.expand_dims(bias, -2)
