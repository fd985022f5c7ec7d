"""tape.jacobian by pfor raises for bias_add with channels first unless the rank is four; needs only TensorFlow.

pfor's converter of `BiasAddGrad` (`tensorflow/python/ops/parallel_for/pfor.py`) sums over the axes 1, 3 and 4,
which are right for images alone: `data_format` is NCHW for signals (NCW) and for volumes (NCDHW) too.
"""

from __future__ import annotations

import tensorflow as tf


def jacobian(pfor: bool) -> str:
    """Return the shape of the Jacobian by the bias, or what is raised."""
    bias = tf.ones([3])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(bias)
        y = tf.nn.bias_add(tf.zeros([2, 3, 2]), bias, data_format="NCW") ** 2
    try:
        return str(tape.jacobian(y, bias, experimental_use_pfor=pfor).shape)
    except ValueError as error:
        return f"ValueError: {str(error).strip().splitlines()[0]}"


def main() -> str:
    """Print what a loop and pfor give, then BUG or OK; return which."""
    tf.get_logger().setLevel("CRITICAL")
    expected, found = jacobian(False), jacobian(True)
    print("a loop", expected)
    print("pfor  ", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
