"""tape.jacobian by pfor raises for a convolution with explicit padding; needs only TensorFlow.

pfor's converter of `Conv2DBackpropFilter` (`tensorflow/python/ops/parallel_for/pfor.py`) copies the attribute
`padding`, which is EXPLICIT, and leaves out `explicit_paddings`.
"""

from __future__ import annotations

import tensorflow as tf

PADDING = [[0, 0], [1, 0], [0, 2], [0, 0]]


def jacobian(pfor: bool) -> str:
    """Return the shape of the Jacobian by the filter, or what is raised."""
    kernel = tf.ones([2, 2, 2, 2])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(kernel)
        y = tf.nn.conv2d(tf.ones([1, 4, 3, 2]), kernel, strides=1, padding=PADDING)
    try:
        return str(tape.jacobian(y, kernel, experimental_use_pfor=pfor).shape)
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        return f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:200]}"


def main() -> str:
    """Print what a loop and pfor give, then BUG or OK; return which."""
    expected, found = jacobian(False), jacobian(True)
    print("a loop", expected)
    print("pfor  ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
