"""The second derivative of a cross entropy by logits and labels lacks a term; needs only TensorFlow.

The gradient by the logits is softmax minus labels, and the kernel computes it together with the loss. Where that
gradient is differentiated in turn, `_SoftmaxCrossEntropyWithLogitsGrad` (`tensorflow/python/ops/nn_grad.py`) passes
the cotangent on to the logits alone, as if it did not depend on the labels. So the Hessian by logits and labels is
zero where it is minus the identity, and no matrix of second derivatives is symmetric; `tf.nn.log_softmax` times the
labels has it right.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def mixed(loss: Any) -> Any:
    """Return the derivative by the labels of the gradient by the logits."""
    logits, labels = tf.constant([[1.0, 2.0, 4.0]]), tf.constant([[0.2, 0.3, 0.5]])
    with tf.GradientTape() as outer:
        outer.watch(labels)
        with tf.GradientTape() as inner:
            inner.watch(logits)
            y = loss(labels, logits)
        gradient = inner.gradient(y, logits)
    found = outer.jacobian(gradient, labels, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return tf.reshape(found, [3, 3]).numpy().round(3).tolist()


def by_hand(labels: Any, logits: Any) -> Any:
    """Return the cross entropy from its definition; the labels sum to one only at the point itself."""
    return -tf.reduce_sum(labels * tf.nn.log_softmax(logits), -1)


def main() -> str:
    """Print both, then BUG or OK; return which."""
    expected = mixed(by_hand)
    # Labels must sum to one, so that only moves among them count: rows are compared less their last entry.
    expected = [[entry - row[-1] for entry in row] for row in expected]
    found = [[entry - row[-1] for entry in row] for row in mixed(tf.nn.softmax_cross_entropy_with_logits)]
    print("by its definition                      ", expected)
    print("softmax_cross_entropy_with_logits       ", found)
    close = tf.reduce_all(tf.abs(tf.constant(expected) - tf.constant(found)) < 1e-3)
    verdict = "OK" if close else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
