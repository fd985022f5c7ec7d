"""Forward mode of a tf.cond within a tf.cond raises AssertionError in a tf.function; needs only TensorFlow.

Eagerly, and where forward mode stands outside of the function, the tangent is right. Within the function, forward
mode takes the gradient of the outer `If` once more; `_resolve_grad_inputs` in `tensorflow/python/ops/cond_v2.py`
looks there for each captured tensor among the outputs of the branch, and for what the inner branch has made it
finds a tensor of another graph: `assert t.graph == cond_graph`. `tf.case` and `tf.image.rot90`, which are nested
conditions, are met by it. Any tf.function that is traced under an accumulator inside another function will do.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def nested(x: Any) -> Any:
    """Return squares, from a branch within a branch."""
    return tf.cond(x > 0, lambda: tf.cond(x > 1, lambda: x * x, lambda: x), lambda: -x)


def push(x: Any) -> Any:
    """Return the tangent of what is passed on."""
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        y = nested(x)
    return accumulator.jvp(y)


def main() -> str:
    """Print the tangent eagerly and in a function, then BUG or OK; return which."""
    x = tf.constant(3.0)
    expected = float(push(x))
    print("eagerly   ", expected)
    try:
        found = float(tf.function(push, autograph=False)(x))
        print("in a graph", found)
        verdict = "OK" if found == expected else "BUG"
    except AssertionError as error:
        print("in a graph", f"AssertionError: {error}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
