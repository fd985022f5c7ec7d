"""TensorFlow 1's proximal optimizers refuse a dense float64 gradient, and take a sparse one; needs only TensorFlow.

`ProximalAdagradOptimizer._resource_apply_dense` and `ProximalGradientDescentOptimizer._resource_apply_dense`
(`tensorflow/python/training/proximal_adagrad.py` and `proximal_gradient_descent.py`) hand the regularisation strengths
to the kernel as float32 tensors; `_resource_apply_sparse` casts them to the gradient's dtype, as the methods for
TensorFlow 1's own variables do.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def step(kind: Any, gradient: Any) -> Any:
    """Return a variable after a step."""
    variable = tf.Variable([[1.0], [2.0]], dtype=tf.float64)
    kind(0.1).apply_gradients([(gradient, variable)])
    return variable.numpy().ravel().tolist()


def main() -> str:
    """Print a step by slices and by the same made dense, then BUG or OK; return which."""
    train, verdict = tf.compat.v1.train, "OK"
    slices = tf.IndexedSlices(tf.constant([[1.0], [1.0]], tf.float64), tf.constant([0, 1]), tf.constant([2, 1]))
    for kind in (train.ProximalAdagradOptimizer, train.ProximalGradientDescentOptimizer):
        print(kind.__name__, "by slices", step(kind, slices))
        try:
            print(kind.__name__, "dense    ", step(kind, tf.convert_to_tensor(slices)))
        except tf.errors.InvalidArgumentError as error:
            print(kind.__name__, "dense    ", f"InvalidArgumentError: {error.message[:110]}")
            verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
