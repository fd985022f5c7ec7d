"""tape.jacobian of an einsum that takes a diagonal raises, where a loop has it; needs only TensorFlow.

The gradient of `einsum("aa->a", x)` is the operation Einsum with "a->aa", which puts it on a diagonal. pfor's converter
(`_convert_einsum` in `tensorflow/python/ops/parallel_for/pfor.py`) hands that to `tf.einsum`, which refuses a label
that appears twice in the output. With `experimental_use_pfor=False` the Jacobian is right.
"""

from __future__ import annotations

import tensorflow as tf


def main() -> str:
    """Print the Jacobian of a matrix's diagonal by a loop and by pfor, then BUG or OK; return which."""
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.einsum("aa->a", x)
    expected = tape.jacobian(y, x, experimental_use_pfor=False).numpy().tolist()
    try:
        found = str(tape.jacobian(y, x).numpy().tolist())
    except ValueError as error:
        found = str(error.__cause__ or error).strip().splitlines()[-1].strip()
    print("by a loop", expected)
    print("by pfor  ", found)
    verdict = "OK" if found == str(expected) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
