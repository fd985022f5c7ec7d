"""Forward mode through a tf.function of tf.norm(ord=2) raises for every matrix; needs only TensorFlow.

`norm` in `tensorflow/python/ops/linalg_ops.py` brings the two axes to the end by a permutation that it computes from
the rank. While a function is traced nothing knows that permutation, so that the matrix loses its shape. The gradient of
Svd without singular vectors asks for none, but it makes an Svd with them, whose own gradient refuses unknown sizes; and
forward mode through a function differentiates twice. Eagerly the same tangent comes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def spectral_norm(a: Any) -> Any:
    """Return the largest singular value."""
    return tf.norm(a, ord=2, axis=(-2, -1))


def push(function: Callable[[Any], Any]) -> Any:
    """Return the tangent of the norm along ones, or what is raised."""
    a = tf.constant([[2.0, 1.0], [0.0, 1.0]])
    try:
        with tf.autodiff.ForwardAccumulator(a, tf.ones_like(a)) as accumulator:
            norm = function(a)
        return round(float(accumulator.jvp(norm)), 4)
    except NotImplementedError as error:  # which TensorFlow raises
        return f"NotImplementedError: {error}"


def main() -> str:
    """Print the tangent eagerly and through a function, then BUG or OK; return which."""
    expected, found = push(spectral_norm), push(tf.function(spectral_norm, autograph=False))
    print("eagerly           ", expected)
    print("through a function", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
