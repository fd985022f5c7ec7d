"""Keras 3 squares the rows of IndexedSlices before it adds repeated ones up; needs only TensorFlow.

An embedding's gradient comes as `tf.IndexedSlices`: the rows that were read, a row twice where an id was. Keras 3's
optimizers square those rows one by one, before repeated ones are added up: the sum of squares stands where the
square of the sum belongs, in the second moment of Adam, Adamax, Nadam, Adafactor, Lamb and Muon, and in the
accumulators of Adagrad, Adadelta, RMSprop and Ftrl. Every model that reads an id twice in a batch trains otherwise
than with the same gradient made dense, and otherwise than with Keras 2, which adds repeated rows up first:

```text
Adam     each id once: sparse and dense steps are 0 apart
Adam     an id twice : sparse and dense steps are 0.083 apart
```

(`clipnorm`, `clipvalue` and `global_clipnorm` look at rows before repeated ones are added up in every Keras, 2
included.)

Found by the law `sparse-dense`. Make the gradient dense with `tf.convert_to_tensor` before it is applied, if the
table is small enough.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

IDS = [0, 2, 2]
TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
OPTIMIZERS = ("Adam", "Adagrad", "RMSprop", "Adadelta", "Adamax", "Nadam", "Ftrl")


def step(name: str, ids: list[int], *, dense: bool) -> Any:
    """Return the table after one step on the sum of squares of the rows read."""
    table, optimizer = tf.Variable(TABLE), getattr(tf.keras.optimizers, name)(0.1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(table, tf.constant(ids))))
    gradient = tape.gradient(loss, table)
    # Two steps: at the first, Adam divides a gradient by its own size.
    for _ in range(2):
        optimizer.apply_gradients([(tf.convert_to_tensor(gradient) if dense else gradient, table)])
    return table.numpy()


def main() -> str:
    """Print what came of it, then BUG or OK; return which."""
    verdict = "OK"
    for name in OPTIMIZERS:
        for what, ids in (("each id once", IDS[:2]), ("an id twice ", IDS)):
            apart = float(abs(step(name, ids, dense=True) - step(name, ids, dense=False)).max())
            print(f"{name:8} {what}: sparse and dense steps are {apart:.2g} apart")
            verdict = "BUG" if apart > 1e-5 else verdict
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
