"""The gradient of tf.py_function by an argument that it does not use has no shape; needs only TensorFlow.

It is a scalar zero, whatever the argument's shape is. In `EagerFunc._convert`
(`tensorflow/python/ops/script_ops.py`), a gradient that is None becomes `tf.constant(0.0)`, "which is mathematically
correct", as its comment says; for what comes after, it is not: an optimizer that reads the gradient's shape, or
`tf.concat` of gradients, fails or broadcasts. Add `0 * argument` to what the function returns to go around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def call(used: Any, unused: Any) -> Any:
    """Return squares of one of two arguments."""
    return tf.py_function(lambda a, _: a * a, [used, unused], used.dtype)


def main() -> str:
    """Print shapes of arguments and of their gradients, then BUG or OK; return which."""
    inputs = [tf.constant([1.0, 2.0]), tf.constant([[3.0], [4.0], [5.0]])]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = call(*inputs)
    shapes = [None if g is None else g.shape.as_list() for g in tape.gradient(y, inputs)]
    print("shapes of arguments", [x.shape.as_list() for x in inputs])
    print("shapes of gradients", shapes)
    verdict = "OK" if shapes[1] in (None, [3, 1]) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
