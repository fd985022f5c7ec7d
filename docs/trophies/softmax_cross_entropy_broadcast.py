"""The gradient of a cross entropy by labels that are broadcast has not their shape; needs only TensorFlow.

The kernel of `SoftmaxCrossEntropyWithLogits` broadcasts labels and logits against each other, as its shape function
says and TensorFlow's tests check. `_SoftmaxCrossEntropyWithLogitsGrad` (`tensorflow/python/ops/nn_grad.py`) does not
sum over what was broadcast: eagerly the gradient comes out in the shape of the whole batch, in a `tf.function` it
raises. `tf.nn.softmax_cross_entropy_with_logits` has the values right, and its gradient raises.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(labels: Any) -> Any:
    """Return the gradient by the labels of the loss of two rows of logits."""
    logits = tf.constant([[1.0, 2.0, 4.0], [0.0, 3.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(labels)
        y, _ = tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=logits, labels=labels)
    return tape.gradient(y, labels)


def main() -> str:
    """Print the gradient of a row that is repeated and of one that is broadcast, then BUG or OK; return which."""
    row = tf.constant([[0.2, 0.3, 0.5]])
    expected = tf.reduce_sum(slope(tf.tile(row, [2, 1])), axis=0, keepdims=True)
    found = slope(row)
    print("repeated ", expected.numpy().round(3).tolist())
    print("broadcast", found.numpy().round(3).tolist())
    verdict = "OK" if expected.shape == found.shape else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
