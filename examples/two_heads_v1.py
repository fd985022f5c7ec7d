"""Two heads in TensorFlow 1's API, as the question had it: a var_list for each loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from gradcheck import assert_step

IDS, LABELS1, LABELS2 = [0, 2, 2, 4], [0, 3, 1, 2], [4, 0, 2, 1]


def build() -> tuple[list[Any], Callable[[], None], Callable[[Any], Any]]:
    """Return the embedding, w1 and w2, a function that takes one step, and one that reads a variable."""
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        v1.set_random_seed(0)
        embedding, w1, w2 = (
            v1.get_variable(name, shape) for name, shape in (("embedding", [5, 3]), ("w1", [3, 4]), ("w2", [4, 5]))
        )
        output1 = tf.nn.embedding_lookup(embedding, IDS) @ w1
        loss1 = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS1, output1)
        loss2 = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS2, output1 @ w2)
        optimizer = v1.train.AdamOptimizer(0.01)
        pairs1 = optimizer.compute_gradients(loss1, var_list=[w1])
        pairs2 = optimizer.compute_gradients(loss2, var_list=[w2])
        train = optimizer.apply_gradients(pairs1 + pairs2)
        session = v1.Session()
        session.run(v1.global_variables_initializer())
    return [embedding, w1, w2], lambda: session.run(train), session.run


def main() -> None:
    """Train, and check what moved."""
    (embedding, w1, w2), step, read = build()
    assert_step(step, changes=[w1, w2], leaves=[embedding], steps=3, read=read)
    print("w1 and w2 moved; the embedding is, bit for bit, what it was.")


if __name__ == "__main__":
    main()
