"""Keras 3's loss_scale_factor raises for the gradient of an embedding; needs only TensorFlow.

`loss_scale_factor` divides each gradient by the factor with Python's `/`, which `tf.IndexedSlices` does not have:

```text
TypeError: unsupported operand type(s) for /: 'IndexedSlices' and 'float'
```

No model with an embedding can be trained by `apply_gradients` with that option. Found by the law `unchanged`.
"""

from __future__ import annotations

import tensorflow as tf

IDS = [0, 2, 2]
TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def main() -> str:
    """Print what came of it, then BUG or OK; return which."""
    table, optimizer = tf.Variable(TABLE), tf.keras.optimizers.SGD(0.1, loss_scale_factor=8.0)
    with tf.GradientTape() as tape:
        loss = optimizer.scale_loss(tf.reduce_sum(tf.nn.embedding_lookup(table, tf.constant(IDS))))
    gradient = tape.gradient(loss, table)
    print("gradient", type(gradient).__name__)
    try:
        optimizer.apply_gradients([(gradient, table)])
        print("after   ", table.numpy().tolist())
        verdict = "OK"
    except TypeError as error:
        print("TypeError:", error)
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
