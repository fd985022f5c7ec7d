"""Layer normalisation over the features of each example."""

from __future__ import annotations

from typing import Any

from gradcheck.backend import tf
from gradcheck.layer import layer


@layer(
    "layer_normalisation",
    parameters={"scale": ("in",), "offset": ("in",)},
    centers={"scale": 1.0},
)
def layer_normalisation(x: Any, scale: Any, offset: Any) -> Any:
    """Shift and scale each example to mean 0 and variance 1, then by ``scale`` and ``offset``.

    References:
        Ba, Kiros and Hinton (2016), equation 4; epsilon as in Keras.
    """
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    normalised = (x - mean) * tf.math.rsqrt(variance + 1e-3)
    return normalised * tf.expand_dims(scale, -2) + tf.expand_dims(offset, -2)
