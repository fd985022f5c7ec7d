"""tf.dynamic_stitch gives a gradient to an entry that a later one has replaced; needs only TensorFlow.

Where an index is repeated, the documentation says that the last slice is the one that is kept. `_DynamicStitchGrads`
(`tensorflow/python/ops/data_flow_grad.py`) gathers the cotangent of an index for every slice that names it, so that
those which were replaced get it too.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(function: Any, x: Any) -> Any:
    """Return the gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x).numpy().tolist()


def main() -> str:
    """Print both, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0, 3.0])
    print("merged", tf.dynamic_stitch([[0, 1], [1]], [x[:2], x[2:]]).numpy().tolist())
    expected = slope(lambda x: tf.stack([x[0], x[2]]), x)
    found = slope(lambda x: tf.dynamic_stitch([[0, 1], [1]], [x[:2], x[2:]]), x)
    print("tf.stack         ", expected)
    print("tf.dynamic_stitch", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
