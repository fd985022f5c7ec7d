"""Normalisation: fused and plain batch normalisation, moments, and lengths."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import between, distinct, positive, real
from gradcheck.op import HALF, Family, edge

normalisation = Family("normalisation")
MOVING = "in inference, moving statistics count as constants"
image, channel, spread = real(2, 2, 2, 2), real(2), positive(2)


def _fused(version: str, count: int) -> Any:
    """Return a version of the fused operation that gives its first outputs; the rest is its own workspace."""

    def call(x: Any, scale: Any, offset: Any, mean: Any = (), variance: Any = (), **options: Any) -> Any:
        operation = getattr(tf.raw_ops, f"FusedBatchNorm{version}")
        mean, variance = (tf.convert_to_tensor(value, scale.dtype) for value in (mean, variance))
        return operation(x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=1e-2, **options)[:count]

    return call


def _inference(x: Any, scale: Any, offset: Any, mean: Any, variance: Any) -> Any:
    return _fused("V3", 1)(x, scale, offset, mean, variance, is_training=False)


def _averaged(x: Any, scale: Any, offset: Any, mean: Any, variance: Any) -> Any:
    return _fused("V3", 1)(x, scale, offset, mean, variance, exponential_avg_factor=0.3)


EDGES = [
    edge("one channel", real(2, 2, 2, 1), real(1), real(1)),
    edge("channels first", call=lambda x, s, o: _fused("V3", 1)(x, s, o, data_format="NCHW")),
    edge(
        "channels first, one channel",
        real(2, 1, 2, 2),
        real(1),
        real(1),
        call=lambda x, s, o: _fused("V3", 1)(x, s, o, data_format="NCHW"),
    ),
    edge("equal values", [[[[1.0, 2.0]]], [[[1.0, 2.0]]]], channel, channel),
]
# The versions differ in their workspace alone.
for _version, _edges in (("", []), ("V2", []), ("V3", EDGES)):
    normalisation(
        f"fused_batch_norm{_version.lower()}",
        _fused(_version, 1),
        image,
        channel,
        channel,
        dtypes=("float32",),
        edges=_edges,
    )
normalisation("fused_batch_norm_moments", _fused("V3", 3), image, channel, channel, dtypes=("float32",))
normalisation(
    "fused_batch_norm_inference",
    _inference,
    image,
    channel,
    channel,
    channel,
    spread,
    dtypes=("float32",),
    edges=[
        edge(
            "channels first",
            call=lambda x, s, o, m, v: _fused("V3", 1)(x, s, o, m, v, is_training=False, data_format="NCHW"),
        ),
    ],
    absent={3: MOVING, 4: MOVING},
)
normalisation("fused_batch_norm_averaged", _averaged, image, channel, channel, channel, spread, dtypes=("float32",))
normalisation(
    "fused_batch_norm_of_half",
    lambda x, scale, offset: _fused("V3", 1)(x, tf.cast(scale, tf.float32), tf.cast(offset, tf.float32)),
    image,
    channel,
    channel,
    dtypes=("float16", "bfloat16"),
)

# Plain.
normalisation(
    "batch_normalization",
    lambda x, mean, variance, offset, scale: tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3),
    real(3, 2),
    channel,
    spread,
    channel,
    channel,
    dtypes=HALF,
    edges=[
        edge("no scale", call=lambda x, m, v, o, s: tf.nn.batch_normalization(x, m, v, o, None, 1e-3) + 0 * s),
        edge("zero variance", real(3, 2), channel, [0.0, 0.5], channel, channel),
    ],
)
normalisation(
    "batch_norm_with_global_normalization",
    lambda x, mean, variance, beta, gamma: tf.nn.batch_norm_with_global_normalization(
        x, mean, variance, beta, gamma, 1e-3, True
    ),
    real(1, 2, 2, 2),
    channel,
    spread,
    channel,
    channel,
)
normalisation(
    "layer_normalization",
    lambda x: (
        (x - tf.nn.moments(x, [-1], keepdims=True)[0]) * tf.math.rsqrt(tf.nn.moments(x, [-1], keepdims=True)[1] + 1e-3)
    ),
    real(2, 3),
    dtypes=HALF,
    edges=[edge("equal values", [[1.0, 1.0, 1.0]]), edge("one feature", real(2, 1))],
)

# Moments.
normalisation(
    "nn_moments",
    lambda x: tf.nn.moments(x, [0]),
    real(3, 2),
    dtypes=HALF,
    edges=[
        edge("all axes", call=lambda x: tf.nn.moments(x, [0, 1])),
        edge("keepdims, negative axis", call=lambda x: tf.nn.moments(x, [-1], keepdims=True)),
        edge("shift", call=lambda x: tf.nn.moments(x, [0], shift=1.0)),
        edge("equal values", [[1.0], [1.0]]),
    ],
)
normalisation(
    "weighted_moments",
    lambda x, weights: tf.nn.weighted_moments(x, [0], weights),
    real(3, 2),
    positive(3, 2),
    dtypes=HALF,
    edges=[
        edge("broadcast", real(3, 2), positive(3, 1)),
        edge("zero weight", real(3, 1), [[0.0], [1.0], [2.0]]),
        edge("keepdims", call=lambda x, w: tf.nn.weighted_moments(x, [1], w, keepdims=True)),
    ],
)
normalisation(
    "sufficient_statistics",
    lambda x: tf.nn.sufficient_statistics(x, [0])[1:3],
    real(3, 2),
    edges=[
        edge("shift", call=lambda x: tf.nn.sufficient_statistics(x, [0], shift=tf.constant(0.5, x.dtype))[1:3]),
        edge("keepdims", call=lambda x: tf.nn.sufficient_statistics(x, [-1], keepdims=True)[1:3]),
    ],
)
normalisation(
    "sufficient_statistics_of_shift",
    lambda x, shift: tf.nn.sufficient_statistics(x, [0], shift=shift),
    real(3, 2),
    real(2),
)
normalisation(
    "normalize_moments",
    lambda mean, squares, shift: tf.nn.normalize_moments(tf.constant(3.0, mean.dtype), mean, squares, shift),
    real(2),
    positive(2),
    real(2),
    edges=[
        edge(
            "no shift",
            call=lambda m, s, t: [y + 0 * t for y in tf.nn.normalize_moments(tf.constant(3.0, m.dtype), m, s, None)],
        )
    ],
)

# Lengths.
normalisation(
    "l2_normalize",
    lambda x: tf.math.l2_normalize(x, axis=-1),
    real(2, 3),
    dtypes=HALF,
    edges=[
        edge(
            "row of zeros",
            [[0.0, 0.0], [1.0, 2.0]],
            call=lambda x: tf.math.l2_normalize(x, axis=-1, epsilon=0.5),
        ),
        edge("below epsilon", between(-0.1, 0.1), call=lambda x: tf.math.l2_normalize(x, axis=-1, epsilon=1.0)),
        edge("all axes", call=lambda x: tf.math.l2_normalize(x, axis=None)),
    ],
)
normalisation(
    "linalg_normalize",
    tf.linalg.normalize,
    real(2, 3),
    edges=[
        edge("ord 1", distinct(2, 3), call=lambda x: tf.linalg.normalize(x, ord=1, axis=-1)),
        edge("ord inf", distinct(2, 3), call=lambda x: tf.linalg.normalize(x, ord=float("inf"), axis=-1)),
    ],
)
normalisation(
    "per_image_standardization",
    tf.image.per_image_standardization,
    real(2, 2, 2, 1),
    dtypes=("float32",),
    edges=[
        edge("equal values", [[[[1.0], [1.0]], [[1.0], [1.0]]]]),
        edge("little contrast", between(0.0, 0.1, 2, 3, 1)),
    ],
)
