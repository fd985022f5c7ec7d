"""A tape gives no gradient of what forward mode pushes through a tf.function; needs only TensorFlow.

`ConcreteFunction._select_forward_and_backward_functions` in
`tensorflow/python/eager/polymorphic_function/concrete_function.py` prepares the gradient of a function's tangents where
`should_record_backprop(input_tangents.tangents)` holds: where a tape watches the tangents that go in. That the primals,
by which those that come out differ, are watched does not count, so the tape knows of no dependence. Where the tangents
are watched too, it raises `InternalError: ... returned too few gradients. Expected 1 but received 2` instead. Called
without a `tf.function` it is right, and so it is where the accumulator and the tape are inside of the function.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def second(function: Any, x: Any) -> Any:
    """Return the second derivative by a tape around forward mode."""
    tangent = tf.ones_like(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
            y = function(x)
        first = accumulator.jvp(y)
    return tape.gradient(first, x)


def cube(x: Any) -> Any:
    """Return the third power."""
    return x * x * x


def main() -> str:
    """Print the second derivative of a function and of the same as a tf.function, then BUG or OK; return which."""
    x = tf.constant([1.0, 2.0])
    print("function   ", second(cube, x).numpy().tolist())
    found = second(tf.function(cube), x)
    print("tf.function", None if found is None else found.numpy().tolist())
    verdict = "OK" if found is not None and found.numpy().tolist() == [6.0, 12.0] else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
