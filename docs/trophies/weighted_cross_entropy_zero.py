"""The gradient of tf.nn.weighted_cross_entropy_with_logits is wrong at a logit of zero; needs only TensorFlow.

The loss is written as `log1p(exp(-abs(x))) + relu(-x)` (`tensorflow/python/ops/nn_impl.py`). Its two kinks at zero
cancel each other, so that the loss is smooth; but both have the derivative zero there, and half of the weight is
missing. `tf.nn.sigmoid_cross_entropy_with_logits` is written by `tf.where` and has it right. A model whose last
layer starts with zeros begins there.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def function(x: Any) -> Any:
    """Return the loss of one logit, with a label of 0.3 and a weight of 1.5."""
    return tf.nn.weighted_cross_entropy_with_logits(0.3 * tf.ones_like(x), x, pos_weight=1.5)


def main() -> str:
    """Print the derivative at 0.0 by differences and by the tape, then BUG or OK; return which."""
    x, step = tf.constant(0.0, tf.float64), 1e-5
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    found = float(tape.gradient(y, x))
    expected = float((function(x + step) - function(x - step)) / (2 * step))
    print("differences", expected)
    print("tape       ", found)
    verdict = "OK" if found is not None and abs(found - expected) < 1e-4 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
