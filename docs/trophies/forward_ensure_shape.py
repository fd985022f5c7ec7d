"""tf.ensure_shape raises under forward mode inside a tf.function; needs only TensorFlow.

In a graph `ensure_shape` in `gen_array_ops.py` records its attribute for forward mode as the node has it, a
`TensorShapeProto`; eagerly it is a `TensorShape`. `_jvp_dispatch` (`tensorflow/python/eager/forwardprop.py`) gives
the attributes to a traced function, whose arguments have to be hashable, which a message of protobuf is not.
`tf.compat.v1.placeholder_with_default` raises for the same reason. Forward mode around the `tf.function` works.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def push(x: Any) -> Any:
    """Return the tangent of what is passed on."""
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        y = tf.ensure_shape(x, [2])
    return accumulator.jvp(y)


def main() -> str:
    """Print both, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    expected = str(push(x).numpy().tolist())
    try:
        found = str(tf.function(push, autograph=False)(x).numpy().tolist())
    except TypeError as error:
        found = f"TypeError: {' '.join(str(error).split())}"
    print("eagerly   ", expected)
    print("in a graph", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
