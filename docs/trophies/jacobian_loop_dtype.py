"""tape.jacobian in a loop raises where output and input have different dtypes; needs only TensorFlow.

`GradientTape.jacobian` (`tensorflow/python/eager/backprop.py`) without pfor collects the rows in a `TensorArray` of
the *target's* dtype, once for each source; a row has the dtype of its source. By pfor it works.
"""

from __future__ import annotations

import tensorflow as tf


def jacobian(pfor: bool) -> str:
    """Return the Jacobian of a cast to another dtype, or what is raised."""
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.cast(x, tf.float64) ** 2
    try:
        return str(tape.jacobian(y, x, experimental_use_pfor=pfor).numpy().tolist())
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: {error.message.splitlines()[0]}"


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
