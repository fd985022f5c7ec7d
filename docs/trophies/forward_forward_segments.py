"""Forward mode in forward mode raises TypeError for tf.math.segment_prod and sparse products; needs only TensorFlow.

```text
TypeError: 'NoneType' object cannot be interpreted as an integer
```

Forward mode over reverse mode gives the second derivative, in the same process and by the same operations. The
exception is raised by forward mode's C++ without a line of Python, eagerly and in a `tf.function`; eagerly it may come
as a `SystemError`, since it is noticed late. What it misses is not known; `tf.sparse.sparse_dense_matmul`,
`tf.tensor_scatter_nd_max` and `tf.vectorized_map` of a row are met by it too.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def product(x: Any) -> Any:
    """Return the product of two numbers."""
    return tf.math.segment_prod(x, tf.constant([0, 0]))


def by_reverse(x: Any, tangent: Any) -> float:
    """Return the second derivative along a tangent, by forward mode over reverse mode."""
    with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = product(x)
        first = tape.gradient(y, x)
    return float(tf.reduce_sum(accumulator.jvp(first) * tangent))


def by_forward(x: Any, tangent: Any) -> float:
    """Return the same by forward mode in forward mode."""
    with tf.autodiff.ForwardAccumulator(x, tangent) as outer:
        with tf.autodiff.ForwardAccumulator(x, tangent) as inner:
            y = product(x)
        first = inner.jvp(y)
    return float(outer.jvp(first)[0])


def main() -> str:
    """Print the second derivative by both ways, then BUG or OK; return which."""
    x, tangent = tf.constant([2.0, 3.0]), tf.constant([1.0, 1.0])
    expected = by_reverse(x, tangent)
    print("forward over reverse", expected)
    try:
        found = by_forward(x, tangent)
        print("forward over forward", found)
        verdict = "OK" if abs(found - expected) < 1e-5 else "BUG"
    except (TypeError, SystemError) as error:
        shown = error.__cause__ or error.__context__ or error if isinstance(error, SystemError) else error
        print("forward over forward", f"{type(shown).__name__}: {shown}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
