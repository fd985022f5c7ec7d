"""Activations: elementwise functions without parameters."""

from __future__ import annotations

from typing import Any

from gradcheck.backend import tf
from gradcheck.layer import layer


@layer("relu", kinks=lambda x: x)
def relu(x: Any) -> Any:
    """``max(x, 0)``, without a derivative at 0."""
    return tf.nn.relu(x)


@layer("tanh")
def tanh(x: Any) -> Any:
    """``tanh(x)``."""
    return tf.tanh(x)


@layer("gelu")
def gelu(x: Any) -> Any:
    """``x * Phi(x)``, Phi being the normal distribution function."""
    return tf.nn.gelu(x)


@layer("softplus")
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``."""
    return tf.nn.softplus(x)


@layer("sigmoid")
def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``."""
    return tf.sigmoid(x)
