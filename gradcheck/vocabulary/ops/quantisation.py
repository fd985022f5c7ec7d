"""Rounding to few values and back: its gradient passes what lies in the range, as if nothing were rounded."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, between, broken, unit
from gradcheck.op import HALF, Family, edge, kink

quantisation = Family("quantisation")
STAIRS = {"numeric": "the value is a staircase; the gradient is declared to pass straight through it"}
STAIRS_ALONE = {
    **STAIRS,
    "second": "the gradient is piecewise constant, and its gradient is declared not to exist",
    "forward": "forward mode needs a gradient of the gradient, which is declared not to exist",
}
BY_RANGE = {1: "the range is declared to have no gradient", 2: "the range is declared to have no gradient"}


def _scalar(limit: Any) -> Any:
    return tf.reshape(limit, [])


quantisation(
    "fake_quant_args",
    tf.quantization.fake_quant_with_min_max_args,
    broken(2, 3),
    dtypes=("float32",),
    limits=STAIRS_ALONE,
    edges=[
        edge("outside", [-7.0, 8.0, 0.5]),
        edge("narrow", away(4), call=lambda x: tf.quantization.fake_quant_with_min_max_args(x, -1, 1, 4, True)),
        kink("at the end", [6.0, -6.0]),
    ],
)
quantisation(
    "fake_quant_vars",
    lambda x, low, high: tf.quantization.fake_quant_with_min_max_vars(x, _scalar(low), _scalar(high)),
    broken(2, 3),
    between(-1.5, -1.0, 1),
    between(1.0, 1.5, 1),
    dtypes=("float32",),
    limits=STAIRS_ALONE,
    edges=[
        edge("all outside", [-7.0, 8.0], -1.0, 1.0),
        edge("from zero", [1.7, 0.3, -0.2], 0.0, 1.0),
        edge(
            "narrow",
            broken(4),
            -1.0,
            1.5,
            call=lambda x, low, high: tf.quantization.fake_quant_with_min_max_vars(x, low, high, 3, True),
        ),
    ],
)
quantisation(
    "fake_quant_per_channel",
    tf.quantization.fake_quant_with_min_max_vars_per_channel,
    broken(2, 3),
    between(-1.5, -1.0, 3),
    between(1.0, 1.5, 3),
    dtypes=("float32",),
    limits=STAIRS_ALONE,
    edges=[
        edge("vector", broken(2), [-1.0, -2.0], [1.0, 0.5]),
        edge("rank 4", broken(2, 1, 2, 2), [-1.0, -2.0], [1.0, 0.5]),
    ],
)


def _v4(x: Any, low: Any, high: Any) -> Any:
    return tf.quantization.quantize_and_dequantize_v2(x, _scalar(low), _scalar(high), range_given=True)


quantisation(
    "quantize_and_dequantize_v2",
    lambda x, low, high: tf.raw_ops.QuantizeAndDequantizeV2(
        input=x, input_min=_scalar(low), input_max=_scalar(high), range_given=True
    ),
    unit(2, 3),
    between(-1.5, -1.0, 1),
    between(1.0, 1.5, 1),
    dtypes=HALF,
    absent=BY_RANGE,
    limits=STAIRS,
)
quantisation(
    "quantize_and_dequantize_v3",
    lambda x, low, high: tf.raw_ops.QuantizeAndDequantizeV3(
        input=x, input_min=_scalar(low), input_max=_scalar(high), num_bits=8, range_given=True
    ),
    unit(2, 3),
    between(-1.5, -1.0, 1),
    between(1.0, 1.5, 1),
    dtypes=HALF,
    absent=BY_RANGE,
    limits=STAIRS,
)
quantisation(
    "quantize_and_dequantize_v4",
    lambda x: _v4(x, tf.cast(-1, x.dtype), tf.cast(1, x.dtype)),
    unit(2, 3),
    dtypes=HALF,
    limits=STAIRS,
    edges=[
        edge("outside", [-2.0, 0.3, 3.0]),
        edge("by its range", [-2.0, 0.3, 0.4], -1.0, 1.0, call=_v4),
        edge("own range", [-2.0, 0.3, 0.4], call=lambda x: tf.quantization.quantize_and_dequantize_v2(x, 0, 0)),
    ],
)
quantisation(
    "quantize_and_dequantize_v4_gradient",
    lambda g: tf.raw_ops.QuantizeAndDequantizeV4Grad(
        gradients=g, input=tf.ones_like(g) / 2, input_min=tf.cast(-1, g.dtype), input_max=tf.cast(1, g.dtype)
    )[0],
    away(3, least=1.5, most=3),
    dtypes=HALF,
)
