"""Losses: one value an example, not reduced."""

from __future__ import annotations

from typing import Any

from gradcheck.backend import tf
from gradcheck.layer import loss


@loss("sparse_softmax_cross_entropy", labels="classes")
def sparse_softmax_cross_entropy(output: Any, labels: Any) -> Any:
    """Cross entropy of softmax(output) with a class, as in the seed."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=output)


@loss("softmax_cross_entropy", labels="distribution")
def softmax_cross_entropy(output: Any, labels: Any) -> Any:
    """Cross entropy of softmax(output) with a distribution over the classes."""
    return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=output)


@loss("squared_error", labels="values", degree=2)
def squared_error(output: Any, labels: Any) -> Any:
    """Sum of squared differences."""
    return tf.reduce_sum(tf.square(output - labels), axis=-1)


@loss("plain_sum", labels="values", degree=1)
def plain_sum(output: Any, labels: Any) -> Any:
    """Sum of differences: the golden case, whose gradients are whole numbers."""
    return tf.reduce_sum(output - labels, axis=-1)
