"""Keras' moving average overwrites variables that no gradient was applied to; needs only TensorFlow.

With `use_ema=True` and `ema_overwrite_frequency=k`, every k-th `apply_gradients` overwrites all variables that the
optimizer was built with by their moving averages, those that no gradient was applied to included:

```text
before         [0.74999994]
after one step [0.775] that was given no gradient for it
```

A variable that is frozen by leaving it out of the list is moved back. Found by the law `unchanged`. Give frozen
variables an optimizer that was not built with them.
"""

from __future__ import annotations

import tensorflow as tf


def main() -> str:
    """Print what came of it, then BUG or OK; return which."""
    trained, left_out = tf.Variable([1.0]), tf.Variable([1.0])
    options = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}
    optimizer = tf.keras.optimizers.SGD(0.1, **options)
    for _ in range(3):
        optimizer.apply_gradients([(tf.ones(1), trained), (tf.ones(1), left_out)])
    before = left_out.numpy()
    print("before        ", before)
    optimizer.apply_gradients([(tf.ones(1), trained)])
    after = left_out.numpy()
    print("after one step", after, "that was given no gradient for it")
    verdict = "OK" if (before == after).all() else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
