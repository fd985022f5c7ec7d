"""Two heads, one tape: loss1 moves w1 alone, loss2 moves w2 alone, and the embedding stays as it was."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from gradcheck import assert_step

IDS, LABELS1, LABELS2 = [0, 2, 2, 4], [0, 3, 1, 2], [4, 0, 2, 1]


def build() -> tuple[list[tf.Variable], Callable[[], None]]:
    """Return the embedding, w1 and w2, and a function that takes one training step."""
    tf.random.set_seed(0)
    embedding, w1, w2 = (
        tf.Variable(tf.random.normal(shape), name=name)
        for name, shape in {"embedding": [5, 3], "w1": [3, 4], "w2": [4, 5]}.items()
    )
    optimizer = tf.keras.optimizers.Adam(0.01)
    optimizer.build([w1, w2])

    @tf.function
    def step() -> None:
        with tf.GradientTape(persistent=True) as tape:
            output1 = tf.nn.embedding_lookup(embedding, IDS) @ w1
            loss1 = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS1, output1)
            loss2 = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS2, output1 @ w2)
        # grad(loss2, w1) exists as well: what keeps loss2 from moving w1 is that nobody asks for it.
        optimizer.apply_gradients([(tape.gradient(loss1, w1), w1), (tape.gradient(loss2, w2), w2)])

    return [embedding, w1, w2], step


def main() -> None:
    """Train, and check what moved."""
    (embedding, w1, w2), step = build()
    assert_step(step, changes=[w1, w2], leaves=[embedding], steps=3)
    print("w1 and w2 moved; the embedding is, bit for bit, what it was.")


if __name__ == "__main__":
    main()
