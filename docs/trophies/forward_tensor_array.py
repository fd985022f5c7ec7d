"""Forward mode through a TensorArray raises in a tf.function; needs only TensorFlow.

In a graph an array is a tensor of dtype variant, which counts as one that has gradients. `_jvp_helper` in
`tensorflow/python/eager/forwardprop.py` transposes an operation's gradient by cotangents that it makes with `ones_like`
of every such output, and there are no ones of a variant. Lists are everywhere that a loop or a branch is
differentiated: in a function, forward mode raises for loops that keep what they computed, for `tf.map_fn`, `tf.scan`
and folds, and forward mode over reverse mode for `tf.cond` as well. Eagerly the error may come as a `SystemError`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def push(x: Any) -> Any:
    """Return the tangent of an entry that went through an array."""
    with tf.autodiff.ForwardAccumulator(x, tf.constant([3.0, 5.0])) as accumulator:
        y = tf.TensorArray(x.dtype, 2).unstack(x).read(1)
    return accumulator.jvp(y)


def main() -> str:
    """Print the gradient that is due and what comes, then BUG or OK; return which."""
    x, expected = tf.constant([1.0, 2.0]), 5.0
    print("expected", expected)
    print("eagerly ", float(push(x)))
    try:
        found = float(tf.function(push, autograph=False)(x))
        print("found   ", found)
        verdict = "OK" if found == expected else "BUG"
    except TypeError as error:
        print("found   ", f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:90]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
