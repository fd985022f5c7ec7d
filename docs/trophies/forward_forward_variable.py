"""Eagerly, forward mode in forward mode raises for a tf.Variable; needs only TensorFlow.

Of a tensor it is right, and of a variable within a tf.function as well. Eagerly, the product that the inner
accumulator computes is a function, which takes the variable's resource as one of its inputs; for the outer one it is
wrapped with a placeholder for each input that has a tangent. The placeholder of a resource is made without what is
known of its variable (`_wrap_forward_function_with_jvps` in
`tensorflow/python/eager/polymorphic_function/concrete_function.py` copies that for captures alone), and
`default_gradient.shape_and_dtype` raises. `tf.convert_to_tensor(variable)` before both, watched in place of the
variable, goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def second(x: Any) -> Any:
    """Return the second derivative of a cube, by forward mode in forward mode."""
    tangent = tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, tangent) as outer:
        with tf.autodiff.ForwardAccumulator(x, tangent) as inner:
            y = x * x * x
        first = inner.jvp(y)
    return outer.jvp(first)


def main() -> str:
    """Print the second derivative by a tensor and by a variable, then BUG or OK; return which."""
    variable = tf.Variable(2.0)
    print("by a tensor             ", float(second(tf.constant(2.0))))
    print("by a variable, in graph ", float(tf.function(lambda: second(variable), autograph=False)()))
    try:
        found = float(second(variable))
        print("by a variable, eagerly  ", found)
        verdict = "OK" if found == 12.0 else "BUG"
    except ValueError as error:
        print("by a variable, eagerly  ", f"ValueError: {str(error).splitlines()[0]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
