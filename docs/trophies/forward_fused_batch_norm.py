"""Forward mode through a tf.function of a fused batch normalisation gives None; needs only TensorFlow.

Eagerly, and where operation and tangent are traced together, the tangent is right; where the operation alone is
traced, it is lost without a word.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def normalise(x: Any) -> Any:
    """Return a normalised batch."""
    return tf.compat.v1.nn.fused_batch_norm(x, scale=[1.0], offset=[0.0])[0]


def push(function: Any) -> Any:
    """Return the tangent of what a function gives."""
    x = tf.reshape(tf.range(4.0), [4, 1, 1, 1])
    with tf.autodiff.ForwardAccumulator(x, x**2) as accumulator:
        y = function(x)
    return accumulator.jvp(y)


def main() -> str:
    """Print both tangents, then BUG or OK; return which."""
    expected, found = push(normalise), push(tf.function(normalise, autograph=False))
    print("eagerly              ", tf.squeeze(expected).numpy().tolist())
    print("through a tf.function", found if found is None else tf.squeeze(found).numpy().tolist())
    verdict = "BUG" if found is None or tf.reduce_any(tf.abs(expected - found) > 1e-4) else "OK"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
