"""tf.image.rot90 of a picture that is not square refuses its own cotangent in a tf.function; needs only TensorFlow.

`rot90` chooses among its turns with `tf.case`. While the gradient is traced, the cotangent goes through every
branch, also through those that do not turn the picture; there its shape, which is known, is held against that of
the picture, and the gradient raises, whatever the number of turns.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of a picture that is turned three times, for a cotangent of the turned picture's shape."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.image.rot90(x, 3)
    return tape.gradient(y, x, output_gradients=tf.reshape(tf.range(6.0), [1, 3, 2, 1]))


def main() -> str:
    """Print the gradient eagerly and in a function, then BUG or OK; return which."""
    x = tf.ones([1, 2, 3, 1])
    expected = str(tf.reshape(slope(x), [-1]).numpy().tolist())
    try:
        found = str(tf.reshape(tf.function(slope, autograph=False)(x), [-1]).numpy().tolist())
    except ValueError as error:
        found = f"ValueError: {str(error).split('.')[0]}"
    print("eagerly      ", expected)
    print("in a function", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
