"""In a tf.function, forward mode in forward mode raises IndexError at a comparison; needs only TensorFlow.

Any operation whose results have no tangent will do: a comparison, `tf.shape`, `tf.sign`, `tf.floor`. The inner
accumulator finds that there is no product for it; the outer one, in a graph, counts tangents that are not there.
Eagerly the second derivative is right. The exception is raised by forward mode's C++ and names no line of its own.
`tf.where(x > 2, ...)`, `tf.boolean_mask` and a reshape to `tf.shape(x)` are all met by it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def second(x: Any) -> Any:
    """Return the second derivative of a function with two pieces, by forward mode in forward mode."""
    tangent = tf.ones_like(x)
    with tf.autodiff.ForwardAccumulator(x, tangent) as outer:
        with tf.autodiff.ForwardAccumulator(x, tangent) as inner:
            y = tf.where(x > 2.0, x * x, x)
        first = inner.jvp(y)
    return outer.jvp(first)


def main() -> str:
    """Print the second derivative eagerly and in a function, then BUG or OK; return which."""
    x = tf.constant([1.0, 3.0])
    expected = str(second(x).numpy().tolist())
    print("eagerly   ", expected)
    try:
        found = str(tf.function(second, autograph=False)(x).numpy().tolist())
    except IndexError as error:
        found = f"IndexError: {error}"
    print("in a graph", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
