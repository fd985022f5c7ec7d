"""Convolutions: plain, transposed, depthwise, separable, dilated, and their gradients as operations."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import distinct, real
from gradcheck.op import HALF, Edge, Family, edge

convolution = Family("convolution")
NO_SECOND = "the gradient of its gradient is not registered"
image, kernel = real(1, 4, 3, 2), real(2, 2, 2, 2)
volume, cube = real(1, 3, 2, 3, 1), real(2, 1, 2, 1, 2)
EXPLICIT = [[0, 0], [1, 0], [0, 2], [0, 0]]


def _conv2d(*inputs: Any, strides: Any = 1, padding: Any = "VALID", dilations: Any = 1) -> Any:
    return tf.nn.conv2d(*inputs, strides=strides, padding=padding, dilations=dilations)


def _depthwise(*inputs: Any, strides: Any = (1, 1, 1, 1), padding: Any = "VALID", dilations: Any = None) -> Any:
    return tf.nn.depthwise_conv2d(*inputs, strides=strides, padding=padding, dilations=dilations)


def _edges(call: Any, *cases: tuple[str, dict[str, Any]]) -> list[Edge]:
    """Return an edge for each way to pass options."""
    return [edge(name, call=lambda *inputs, o=options: call(*inputs, **o)) for name, options in cases]


# Two dimensions.
convolution(
    "conv2d",
    _conv2d,
    image,
    kernel,
    dtypes=HALF,
    edges=[
        *_edges(
            _conv2d,
            ("same", {"padding": "SAME"}),
            ("strides", {"strides": [1, 2, 1, 1], "padding": "SAME"}),
            ("explicit", {"padding": EXPLICIT}),
            ("explicit, strides", {"padding": EXPLICIT, "strides": 2}),
        ),
        edge("stride beyond kernel", call=lambda x, k: _conv2d(x, k, strides=3)),
        edge("kernel of 1", image, real(1, 1, 2, 3)),
        edge("kernel of the image's size", image, real(4, 3, 2, 1)),
        edge(
            "kernel beyond the image, same",
            real(1, 2, 2, 1),
            real(3, 3, 1, 1),
            call=lambda x, k: _conv2d(x, k, padding="SAME"),
        ),
        edge("empty batch", real(0, 3, 3, 1), real(2, 2, 1, 2)),
        edge("batch of shape", real(2, 1, 3, 3, 1), real(2, 2, 1, 2)),
    ],
)
# A CPU has the gradients of dilated and grouped convolutions in these dtypes only.
convolution(
    "conv2d_dilated",
    lambda x, k: _conv2d(x, k, dilations=[1, 2, 1, 1]),
    image,
    kernel,
    dtypes=("bfloat16", "float32"),
    edges=_edges(_conv2d, ("same", {"dilations": 2, "padding": "SAME"})),
)
convolution("conv2d_groups", _conv2d, real(1, 3, 3, 4), real(2, 2, 2, 4), dtypes=("bfloat16", "float32"))
convolution(
    "conv2d_channels_first",
    lambda x, k: tf.nn.conv2d(x, k, 1, "VALID", data_format="NCHW"),
    real(1, 2, 4, 3),
    kernel,
    dtypes=("bfloat16", "float32"),
)
convolution(
    "conv2d_transpose",
    lambda x, k: tf.nn.conv2d_transpose(x, k, [1, 5, 5, 2], strides=2, padding="VALID"),
    real(1, 2, 2, 2),
    real(2, 3, 2, 2),
    dtypes=HALF,
    edges=[
        edge("same", call=lambda x, k: tf.nn.conv2d_transpose(x, k, [1, 4, 3, 2], 2, "SAME")),
        edge(
            "explicit",
            call=lambda x, k: tf.nn.conv2d_transpose(x, k, [1, 3, 4, 2], 2, [[0, 0], [1, 0], [1, 0], [0, 0]]),
        ),
    ],
)
convolution(
    "conv2d_backprop_filter",
    lambda x, g: tf.raw_ops.Conv2DBackpropFilter(
        input=x, filter_sizes=[2, 2, 2, 2], out_backprop=g, strides=[1, 1, 1, 1], padding="VALID"
    ),
    real(1, 3, 3, 2),
    real(1, 2, 2, 2),
)
convolution(
    "depthwise_conv2d",
    _depthwise,
    image,
    kernel,
    dtypes=HALF,
    edges=[
        *_edges(
            _depthwise,
            ("same", {"padding": "SAME"}),
            ("strides", {"strides": (1, 2, 2, 1), "padding": "SAME"}),
            ("explicit", {"padding": EXPLICIT}),
        ),
        edge("one channel", real(1, 3, 3, 1), real(2, 2, 1, 3)),
        edge("empty batch", real(0, 3, 3, 2), kernel),
    ],
)
convolution(
    "depthwise_conv2d_dilated",
    lambda x, k: _depthwise(x, k, dilations=(2, 1)),
    image,
    kernel,
    edges=_edges(_depthwise, ("same", {"dilations": (2, 2), "padding": "SAME"})),
    limits={"unknown": "it needs known sizes"},
)
convolution(
    "depthwise_conv2d_raw_dilated",
    lambda x, k: tf.raw_ops.DepthwiseConv2dNative(
        input=x, filter=k, strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 2, 2, 1]
    ),
    image,
    kernel,
    dtypes=("bfloat16", "float32"),
)
convolution(
    "depthwise_conv2d_backprop_input",
    lambda k, g: tf.nn.depthwise_conv2d_backprop_input([1, 3, 3, 2], k, g, [1, 1, 1, 1], "VALID"),
    kernel,
    real(1, 2, 2, 4),
)
convolution(
    "depthwise_conv2d_backprop_filter",
    lambda x, g: tf.nn.depthwise_conv2d_backprop_filter(x, [2, 2, 2, 2], g, [1, 1, 1, 1], "VALID"),
    real(1, 3, 3, 2),
    real(1, 2, 2, 4),
)
convolution(
    "separable_conv2d",
    lambda x, d, p: tf.nn.separable_conv2d(x, d, p, [1, 1, 1, 1], "VALID"),
    image,
    kernel,
    real(1, 1, 4, 2),
    edges=[
        edge("dilated", call=lambda x, d, p: tf.nn.separable_conv2d(x, d, p, [1, 1, 1, 1], "SAME", dilations=[2, 1])),
        edge("strides", call=lambda x, d, p: tf.nn.separable_conv2d(x, d, p, [1, 2, 2, 1], "SAME")),
    ],
)
convolution(
    "atrous_conv2d",
    lambda x, k: tf.nn.atrous_conv2d(x, k, 2, "SAME"),
    image,
    kernel,
    edges=[edge("valid", call=lambda x, k: tf.nn.atrous_conv2d(x, k, 2, "VALID"))],
    limits={"unknown": "it needs known sizes"},
)
convolution(
    "atrous_conv2d_transpose",
    lambda x, k: tf.nn.atrous_conv2d_transpose(x, k, [1, 4, 3, 2], 2, "SAME"),
    image,
    kernel,
)

# One dimension, three, and any.
convolution(
    "conv1d",
    lambda x, k: tf.nn.conv1d(x, k, 1, "VALID"),
    real(2, 4, 2),
    real(2, 2, 2),
    dtypes=HALF,
    edges=[
        edge("same, stride 2", call=lambda x, k: tf.nn.conv1d(x, k, 2, "SAME")),
    ],
)
convolution(
    "conv1d_transpose",
    lambda x, k: tf.nn.conv1d_transpose(x, k, [2, 5, 2], 2, "VALID"),
    real(2, 2, 2),
    real(3, 2, 2),
    edges=[edge("same", call=lambda x, k: tf.nn.conv1d_transpose(x, k, [2, 3, 2], 2, "SAME"))],
)
convolution(
    "conv3d",
    lambda x, k: tf.nn.conv3d(x, k, [1, 1, 1, 1, 1], "VALID"),
    volume,
    cube,
    dtypes=HALF,
    edges=[
        edge("same", call=lambda x, k: tf.nn.conv3d(x, k, [1, 1, 1, 1, 1], "SAME")),
        edge("strides", call=lambda x, k: tf.nn.conv3d(x, k, [1, 2, 1, 2, 1], "SAME")),
    ],
)
convolution(
    "conv3d_transpose",
    lambda x, k: tf.nn.conv3d_transpose(x, k, [1, 3, 2, 3, 1], [1, 1, 1, 1, 1], "VALID"),
    real(1, 2, 2, 2, 2),
    cube,
    edges=[
        edge("same", call=lambda x, k: tf.nn.conv3d_transpose(x, k, [1, 4, 2, 3, 1], [1, 2, 1, 2, 1], "SAME")),
    ],
)
convolution(
    "conv3d_backprop_filter",
    lambda x, g: tf.raw_ops.Conv3DBackpropFilterV2(
        input=x, filter_sizes=[2, 1, 2, 1, 2], out_backprop=g, strides=[1, 1, 1, 1, 1], padding="VALID"
    ),
    volume,
    real(1, 2, 2, 2, 2),
)
convolution(
    "convolution",
    lambda x, k: tf.nn.convolution(x, k, padding="VALID", dilations=[2, 1]),
    image,
    kernel,
    edges=[
        edge("strides", call=lambda x, k: tf.nn.convolution(x, k, strides=[2, 1], padding="SAME")),
        edge(
            "by space_to_batch",
            call=lambda x, k: tf.nn.with_space_to_batch(
                x, [2, 1], "SAME", lambda y, _, p: _conv2d(y, k, padding=p), [2, 2]
            ),
        ),
    ],
)
convolution(
    "conv_transpose",
    lambda x, k: tf.nn.conv_transpose(x, k, [1, 4, 4, 2], strides=2, padding="SAME"),
    real(1, 2, 2, 2),
    real(3, 2, 2, 2),
)

# Morphology: the values of the image are far from each other, those of the filter are near zero.
small = real(2, 2, 1, low=-0.04, high=0.04)
convolution(
    "dilation2d",
    lambda x, k: tf.nn.dilation2d(x, k, [1, 1, 1, 1], "VALID", "NHWC", [1, 1, 1, 1]),
    distinct(1, 4, 3, 1),
    small,
    dtypes=HALF,
    edges=[
        edge("same", call=lambda x, k: tf.nn.dilation2d(x, k, [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])),
        edge("strides", call=lambda x, k: tf.nn.dilation2d(x, k, [1, 2, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])),
        edge("rates", call=lambda x, k: tf.nn.dilation2d(x, k, [1, 1, 1, 1], "SAME", "NHWC", [1, 2, 2, 1])),
    ],
    limits={"second": NO_SECOND, "forward": NO_SECOND, "xla": "XLA has no kernel for it"},
)
convolution(
    "erosion2d",
    lambda x, k: tf.nn.erosion2d(x, k, [1, 1, 1, 1], "VALID", "NHWC", [1, 1, 1, 1]),
    distinct(1, 4, 3, 1),
    small,
    edges=[edge("rates", call=lambda x, k: tf.nn.erosion2d(x, k, [1, 1, 1, 1], "SAME", "NHWC", [1, 2, 1, 1]))],
    limits={"second": NO_SECOND, "forward": NO_SECOND, "xla": "XLA has no kernel for it"},
)
