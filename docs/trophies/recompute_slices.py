"""In a tf.function, the gradient of tf.gather of tf.recompute_grad raises TypeError; needs only TensorFlow.

The gradient that reaches what `tf.recompute_grad` made is `tf.IndexedSlices`. Its gradient function
(`inner_recompute_grad` in `tensorflow/python/ops/custom_gradient.py`) is a `tf.custom_gradient` itself and gets the
slices as an argument. Eagerly that works. In a graph, `_graph_mode_decorator` hands its arguments to
`op_selector.get_backward_walk_ops`, which only takes tensors:

```text
TypeError: Expected a type in (<class '...Tensor'>), got: <class '...IndexedSlices'>
```

So a model whose checkpointed part is read by `tf.gather` or `tf.nn.embedding_lookup` trains eagerly and not in a
function. `tf.identity` between the two is enough to go around it, since its gradient is dense.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> Any:
    """Return the gradient of rows of squares that are computed again."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        squares = tf.recompute_grad(tf.square)(x)
        loss = tf.reduce_sum(tf.gather(squares, [1, 0, 1]))
    return tape.gradient(loss, x)


def main() -> str:
    """Print the gradient eagerly and in a function, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    expected = str(gradient(x).numpy().tolist())
    try:
        found = str(tf.function(gradient, autograph=False)(x).numpy().tolist())
    except TypeError as error:
        found = f"TypeError: {str(error).strip().splitlines()[-1].strip()[:120]}"
    print("eagerly   ", expected)
    print("in a graph", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
