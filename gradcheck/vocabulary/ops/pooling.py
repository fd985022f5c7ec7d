"""Pooling: averages and maxima over windows, plain, fractional and with places, and their gradients as operations."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import distinct, real
from gradcheck.op import HALF, Family, edge, kink

pooling = Family("pooling")
NO_THIRD = "the gradient of MaxPoolGradGradV2 is not registered"
NO_SECOND = "the gradient of its gradient is not registered"
NO_XLA = "XLA has no kernel for it"
image = distinct(1, 4, 3, 2)
volume = distinct(1, 3, 3, 2, 1)
EXPLICIT = [[0, 0], [1, 0], [0, 1], [0, 0]]


def _max_of(x: Any, **options: Any) -> Any:
    settings = {"ksize": [1, 2, 2, 1], "strides": [1, 1, 1, 1], "padding": "VALID"} | options
    y = tf.nn.max_pool2d(x, **settings)
    return tf.raw_ops.MaxPoolGrad(orig_input=x, orig_output=y, grad=y, **settings)


# Averages.
pooling(
    "avg_pool2d",
    lambda x: tf.nn.avg_pool2d(x, 2, 1, "VALID"),
    real(1, 4, 3, 2),
    dtypes=HALF,
    edges=[
        edge("same", call=lambda x: tf.nn.avg_pool2d(x, [2, 3], [2, 1], "SAME")),
        edge("stride beyond window", call=lambda x: tf.nn.avg_pool2d(x, 1, 2, "VALID")),
        edge("window beyond image, same", call=lambda x: tf.nn.avg_pool2d(x, 5, 1, "SAME")),
        edge("empty batch", real(0, 4, 3, 2)),
    ],
)
pooling("avg_pool1d", lambda x: tf.nn.avg_pool1d(x, 2, 2, "SAME"), real(2, 5, 2))
pooling(
    "avg_pool3d",
    lambda x: tf.nn.avg_pool3d(x, 2, 1, "VALID"),
    real(1, 3, 3, 2, 1),
    dtypes=("bfloat16", "float32"),
    edges=[edge("same", call=lambda x: tf.nn.avg_pool3d(x, [2, 3, 1], [2, 1, 2], "SAME"))],
)
pooling(
    "avg_pool_grad",
    lambda g: tf.raw_ops.AvgPoolGrad(
        orig_input_shape=[1, 4, 3, 2], grad=g, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID"
    ),
    real(1, 3, 2, 2),
)
pooling(
    "avg_pool3d_grad",
    lambda g: tf.raw_ops.AvgPool3DGrad(
        orig_input_shape=[1, 3, 3, 2, 1], grad=g, ksize=[1, 2, 2, 1, 1], strides=[1, 1, 1, 1, 1], padding="VALID"
    ),
    real(1, 2, 2, 2, 1),
    dtypes=("bfloat16", "float32"),
)

# Maxima.
pooling(
    "max_pool2d",
    lambda x: tf.nn.max_pool2d(x, 2, 1, "VALID"),
    image,
    dtypes=HALF,
    edges=[
        edge("same", call=lambda x: tf.nn.max_pool2d(x, [2, 3], [2, 1], "SAME")),
        edge("explicit", call=lambda x: tf.nn.max_pool2d(x, 2, 1, EXPLICIT)),
        edge("stride beyond window", call=lambda x: tf.nn.max_pool2d(x, 1, 2, "VALID")),
        kink("tie", [[[[1.0], [1.0]], [[0.0], [1.0]]]]),
        edge("empty batch", distinct(0, 4, 3, 2)),
        edge("all below zero, same", [[[[-3.0], [-1.0], [-2.0]]]], call=lambda x: tf.nn.max_pool2d(x, 2, 1, "SAME")),
    ],
)
pooling("max_pool1d", lambda x: tf.nn.max_pool1d(x, 2, 2, "SAME"), distinct(2, 5, 2))
pooling(
    "max_pool3d",
    lambda x: tf.nn.max_pool3d(x, 2, 1, "VALID"),
    volume,
    dtypes=("bfloat16", "float32"),
    edges=[edge("same", call=lambda x: tf.nn.max_pool3d(x, [2, 3, 1], [2, 1, 2], "SAME"))],
)
pooling(
    "max_pool_v2",
    lambda x: tf.raw_ops.MaxPoolV2(input=x, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID"),
    image,
    edges=[
        edge(
            "same",
            call=lambda x: tf.raw_ops.MaxPoolV2(input=x, ksize=[1, 2, 3, 1], strides=[1, 2, 1, 1], padding="SAME"),
        )
    ],
    limits=dict.fromkeys(("reverse over forward", "forward over"), NO_THIRD),
)
pooling(
    "max_pool_with_argmax",
    lambda x: tf.nn.max_pool_with_argmax(x, 2, 1, "VALID")[0],
    distinct(2, 3, 3, 1),
    dtypes=HALF,
    edges=[
        edge(
            "batch in index",
            call=lambda x: tf.nn.max_pool_with_argmax(x, 2, 1, "VALID", include_batch_in_index=True)[0],
        ),
        edge("same", call=lambda x: tf.nn.max_pool_with_argmax(x, 2, 2, "SAME")[0]),
    ],
    limits={"second": NO_SECOND, "forward": NO_SECOND},
)
pooling(
    "max_pool_grad",
    _max_of,
    distinct(1, 3, 3, 1),
    edges=[edge("same", call=lambda x: _max_of(x, padding="SAME"))],
)
pooling(
    "max_pool_grad_v2",
    lambda x, g: tf.raw_ops.MaxPoolGradV2(
        orig_input=x,
        orig_output=tf.nn.max_pool2d(x, 2, 1, "VALID"),
        grad=g,
        ksize=[1, 2, 2, 1],
        strides=[1, 1, 1, 1],
        padding="VALID",
    ),
    distinct(1, 3, 3, 1),
    real(1, 2, 2, 1),
    limits={"second": NO_THIRD, "forward": NO_THIRD},
)
pooling(
    "max_pool_grad_grad",
    lambda x, g: tf.raw_ops.MaxPoolGradGrad(
        orig_input=x,
        orig_output=tf.nn.max_pool2d(x, 2, 1, "VALID"),
        grad=g,
        ksize=[1, 2, 2, 1],
        strides=[1, 1, 1, 1],
        padding="VALID",
    ),
    distinct(1, 3, 3, 1),
    real(1, 3, 3, 1),
)
pooling(
    "max_pool3d_grad_grad",
    lambda x, g: tf.raw_ops.MaxPool3DGradGrad(
        orig_input=x,
        orig_output=tf.nn.max_pool3d(x, 2, 1, "VALID"),
        grad=g,
        ksize=[1, 2, 2, 2, 1],
        strides=[1, 1, 1, 1, 1],
        padding="VALID",
    ),
    volume,
    real(1, 3, 3, 2, 1),
    dtypes=("float32",),
)

# Of any kind, and with a seed.
pooling(
    "pool",
    lambda x: tf.nn.pool(x, [2, 2], "AVG", dilations=[2, 1]),
    real(1, 4, 3, 2),
    edges=[
        edge("maximum, dilated", image, call=lambda x: tf.nn.pool(x, [2, 2], "MAX", dilations=[1, 2])),
        edge("strides", image, call=lambda x: tf.nn.pool(x, [2, 2], "MAX", strides=[2, 1], padding="SAME")),
    ],
)
pooling(
    "fractional_max_pool",
    lambda x: tf.nn.fractional_max_pool(x, [1.0, 1.4, 1.5, 1.0], seed=5)[0],
    distinct(1, 5, 4, 1),
    edges=[
        edge(
            "overlapping",
            call=lambda x: tf.nn.fractional_max_pool(x, [1.0, 1.4, 1.5, 1.0], overlapping=True, seed=5)[0],
        ),
        edge(
            "pseudo random",
            call=lambda x: tf.nn.fractional_max_pool(x, [1.0, 1.4, 1.5, 1.0], pseudo_random=True, seed=5)[0],
        ),
    ],
    limits={"second": NO_SECOND, "forward": NO_SECOND, "xla": NO_XLA},
)
pooling(
    "fractional_avg_pool",
    lambda x: tf.nn.fractional_avg_pool(x, [1.0, 1.4, 1.5, 1.0], seed=5)[0],
    real(1, 5, 4, 1),
    edges=[
        edge(
            "overlapping",
            call=lambda x: tf.nn.fractional_avg_pool(x, [1.0, 1.4, 1.5, 1.0], overlapping=True, seed=5)[0],
        )
    ],
    limits={"second": NO_SECOND, "forward": NO_SECOND, "xla": NO_XLA},
)
