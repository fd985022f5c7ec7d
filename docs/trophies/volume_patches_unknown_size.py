"""The gradient of tf.extract_volume_patches raises in a tf.function of unknown sizes; needs only TensorFlow.

`_ExtractVolumePatchesGrad` (`tensorflow/python/ops/array_grad.py`) multiplies the static sizes of its input, which
are None where they are unknown. The gradient of `tf.image.extract_patches` asks `tf.shape` instead.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def slope(x: Any) -> Any:
    """Return the gradient of the patches of a volume."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.extract_volume_patches(x, ksizes=[1, 1, 2, 1, 1], strides=[1, 1, 1, 1, 1], padding="VALID")
    return tape.gradient(y, x)


def main() -> str:
    """Print what is given eagerly and with an unknown size, then BUG or OK; return which."""
    x = tf.ones([1, 1, 3, 1, 1])
    print("eagerly     ", tf.reshape(slope(x), [-1]).numpy().tolist())
    try:
        found = tf.function(slope, input_signature=[tf.TensorSpec([1, 1, None, 1, 1])], autograph=False)(x)
        print("unknown size", tf.reshape(found, [-1]).numpy().tolist())
        verdict = "OK"
    except TypeError as error:
        print("unknown size", f"TypeError: {str(error).splitlines()[0]}")
        verdict = "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
