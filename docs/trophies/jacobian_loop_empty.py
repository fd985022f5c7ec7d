"""tape.jacobian in a loop raises for an empty output; needs only TensorFlow.

The loop of `GradientTape.jacobian` runs no iteration, and its `TensorArray` gives rows of an unknown shape that fit
nothing (`tensorflow/python/eager/backprop.py`); by pfor the Jacobian is as empty as it should be.
"""

from __future__ import annotations

import tensorflow as tf


def jacobian(pfor: bool) -> str:
    """Return the shape of the Jacobian of an empty output, or what is raised."""
    x = tf.zeros([0, 3])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**2
    try:
        return str(tuple(tape.jacobian(y, x, experimental_use_pfor=pfor).shape))
    except ValueError as error:
        return f"ValueError: {error}"


def main() -> str:
    """Print what both ways give, then BUG or OK; return which."""
    expected, found = jacobian(pfor=True), jacobian(pfor=False)
    print("by pfor  ", expected)
    print("in a loop", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
