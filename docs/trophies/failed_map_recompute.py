"""Once tf.map_fn raised in a tf.function, eager gradients of tf.recompute_grad raise for good; needs only TensorFlow.

In a graph, `tf.map_fn` sets the caching device of the current variable scope, and takes it back at its end
(`tensorflow/python/ops/map_fn.py`; `tf.foldl`, `tf.foldr` and `tf.scan` do the same). There is no `finally`: where the
mapped function raises, the device stays, in a scope that eager execution shares. `tf.recompute_grad` enters that scope
for its gradient (`tensorflow/python/ops/custom_gradient.py`), and entering one that caches is refused eagerly:

```text
NotImplementedError: Caching devices is not yet supported when eager execution is enabled.
```

So an exception that was caught, in a function of no concern, ends eager training for the rest of the process.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def gradient(x: Any) -> str:
    """Return the gradient of a square that is computed again, or what is raised."""
    try:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.recompute_grad(tf.square)(x)
        return str(tape.gradient(y, x).numpy().tolist())
    except NotImplementedError as error:  # which TensorFlow raises
        return f"NotImplementedError: {error}"


def refuse(row: Any) -> Any:
    """Raise, as any mistake in a mapped function does while it is traced."""
    raise ValueError(f"{row.shape} is no shape for this")


def main() -> str:
    """Print the gradient before and after, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    before = gradient(x)
    print("before", before)
    try:
        tf.function(lambda x: tf.map_fn(refuse, x), autograph=False)(x)
    except ValueError:
        print("tf.map_fn raised in a tf.function")
    after = gradient(x)
    print("after ", after)
    verdict = "OK" if before == after else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
