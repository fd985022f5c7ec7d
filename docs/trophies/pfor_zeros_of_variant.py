"""pfor raises for the gradient of a recomputed loop over rows, which a loop's Jacobian takes; needs only TensorFlow.

A loop keeps its rows in lists, which are tensors of dtype variant. Where such a list gets no gradient, TensorFlow puts
`zeros_like` of it into the graph; `_convert_zeros_like` in `tensorflow/python/ops/parallel_for/pfor.py` makes that
`tf.zeros` of the same dtype, which no variant has:

```text
TypeError: `dtype` <dtype: 'variant'> is not compatible with 0 of dtype int64.
```

`tape.jacobian(..., experimental_use_pfor=False)` goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def product(x: Any) -> Any:
    """Return a third power by a loop over rows."""
    return tf.foldl(tf.multiply, tf.stack([x, x, x]))


def jacobian(x: Any, *, vectorised: bool) -> str:
    """Return the Jacobian of the recomputed loop, or what is raised."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.recompute_grad(product)(x)
    try:
        return str(tape.jacobian(y, x, experimental_use_pfor=vectorised).numpy().tolist())
    except TypeError as error:
        return str(error).strip().splitlines()[-1].strip()


def main() -> str:
    """Print the Jacobian by a loop and by pfor, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    expected, found = jacobian(x, vectorised=False), jacobian(x, vectorised=True)
    print("by a loop", expected)
    print("by pfor  ", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
