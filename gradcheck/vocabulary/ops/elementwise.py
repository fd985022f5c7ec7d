"""Elementwise operations of one real or complex input."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, between, broken, positive, real, unit
from gradcheck.op import COMPLEX, HALF, REAL, Family, edge, kink

elementwise = Family("elementwise")
EVERY = (*HALF, *COMPLEX)
WIDE = (*HALF, "complex128")  # complex64 runs through the same kernels
NOWHERE = edge("empty", real(0, 3))


def _part(z: Any) -> Any:
    """Return the dtype of a complex tensor's parts."""
    return tf.math.real(z).dtype


# Powers and exponentials.
elementwise("negative", tf.negative, real(), dtypes=EVERY, edges=[NOWHERE])
elementwise("square", tf.square, real(), dtypes=EVERY, edges=[edge("zero", [0.0, -2.0]), NOWHERE])
elementwise("sqrt", tf.sqrt, positive(), dtypes=EVERY, edges=[kink("zero", [0.0, 1.0])])
elementwise("rsqrt", tf.math.rsqrt, positive(), dtypes=EVERY, edges=[kink("zero", [0.0, 1.0])])
elementwise(
    "reciprocal",
    tf.math.reciprocal,
    away(),
    dtypes=EVERY,
    edges=[edge("tiny", [1e-4, -1e-3]), kink("zero", [0.0, 1.0])],
)
elementwise("inv", lambda x: tf.raw_ops.Inv(x=x), away(), dtypes=EVERY)
elementwise("reciprocal_no_nan", tf.math.reciprocal_no_nan, away(), dtypes=EVERY, edges=[kink("zero", [0.0, 1.0])])
elementwise("exp", tf.exp, real(), dtypes=EVERY, edges=[edge("far below", [-500.0, -20.0])])
elementwise("expm1", tf.math.expm1, real(), dtypes=EVERY, edges=[edge("small", [0.0, 1e-9]), edge("below", [-40.0])])
elementwise("log", tf.math.log, positive(), dtypes=EVERY, edges=[edge("one", [1.0, 2.0]), kink("zero", [0.0, 1.0])])
elementwise(
    "log1p", tf.math.log1p, positive(), dtypes=EVERY, edges=[edge("small", [0.0, 1e-9]), edge("below", [-0.9, -0.5])]
)
elementwise("exp2", tf.experimental.numpy.exp2, real())
elementwise("log2", tf.experimental.numpy.log2, positive())
elementwise("log10", tf.experimental.numpy.log10, positive())
elementwise("cbrt", tf.experimental.numpy.cbrt, away(), edges=[kink("zero", [0.0, 1.0])])

# Circular and hyperbolic functions, and their inverses.
elementwise("sin", tf.sin, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0])])
elementwise("cos", tf.cos, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0])])
elementwise("tan", tf.tan, unit(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0])])
elementwise("asin", tf.asin, unit(), dtypes=WIDE, edges=[edge("zero", [0.0, 0.5]), kink("ends", [-1.0, 1.0])])
elementwise("acos", tf.acos, unit(), dtypes=WIDE, edges=[edge("zero", [0.0, 0.5]), kink("ends", [-1.0, 1.0])])
elementwise("atan", tf.atan, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0]), edge("far", [-100.0, 100.0])])
elementwise("sinh", tf.sinh, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0])])
elementwise("cosh", tf.cosh, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0])])
elementwise("tanh", tf.math.tanh, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0]), edge("far", [-30.0, 30.0])])
elementwise("asinh", tf.asinh, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0]), edge("far", [-300.0, 300.0])])
elementwise("acosh", tf.acosh, between(1.2, 3.0), dtypes=WIDE, edges=[edge("far", [300.0]), kink("end", [1.0])])
elementwise("atanh", tf.atanh, unit(), dtypes=WIDE, edges=[edge("zero", [0.0, 0.5]), kink("ends", [-1.0, 1.0])])
elementwise(
    "sigmoid", tf.math.sigmoid, real(), dtypes=WIDE, edges=[edge("zero", [0.0, 1.0]), edge("far", [-80.0, 80.0])]
)
elementwise("log_sigmoid", tf.math.log_sigmoid, real(), dtypes=HALF, edges=[edge("far", [-100.0, 0.0, 100.0])])
elementwise("sinc", tf.experimental.numpy.sinc, away(), edges=[edge("zero", [0.0, 0.5])])

# Their gradients as operations: what second order runs through.
elementwise("sqrt_grad", lambda y, g: tf.raw_ops.SqrtGrad(y=y, dy=g), positive(), real(), dtypes=EVERY)
elementwise("rsqrt_grad", lambda y, g: tf.raw_ops.RsqrtGrad(y=y, dy=g), positive(), real(), dtypes=EVERY)
elementwise("reciprocal_grad", lambda y, g: tf.raw_ops.ReciprocalGrad(y=y, dy=g), away(), real(), dtypes=EVERY)
elementwise("inv_grad", lambda y, g: tf.raw_ops.InvGrad(y=y, dy=g), away(), real(), dtypes=EVERY)
elementwise("tanh_grad", lambda y, g: tf.raw_ops.TanhGrad(y=y, dy=g), unit(), real(), dtypes=EVERY)
elementwise("sigmoid_grad", lambda y, g: tf.raw_ops.SigmoidGrad(y=y, dy=g), unit(), real(), dtypes=EVERY)

# Signs, and steps whose derivative is zero.
elementwise("abs", tf.abs, away(), dtypes=EVERY, edges=[kink("zero", [0.0, -1.0])])
elementwise("sign", tf.sign, away(), dtypes=HALF, edges=[kink("zero", [0.0, -1.0])])
elementwise("floor", tf.floor, broken(), dtypes=HALF, edges=[kink("whole", [1.0, -2.0])])
elementwise("ceil", tf.math.ceil, broken(), dtypes=HALF, edges=[kink("whole", [1.0, -2.0])])
elementwise("round", tf.round, broken(), dtypes=HALF, edges=[kink("halves", [0.5, -1.5])])
elementwise("rint", tf.math.rint, broken(), edges=[kink("halves", [0.5, -1.5])])

# Complex parts.
elementwise("real", tf.math.real, real(), dtypes=EVERY)
elementwise("imag", tf.math.imag, real(), dtypes=COMPLEX)
elementwise("conj", tf.math.conj, real(), dtypes=EVERY)
elementwise("angle", tf.math.angle, away(), dtypes=COMPLEX, edges=[edge("axes", [1j, -1j, 2.0, -1 + 0.5j])])
elementwise("raw_angle", lambda z: tf.raw_ops.Angle(input=z, Tout=_part(z)), positive(), dtypes=COMPLEX)
elementwise("complex_abs", lambda z: tf.raw_ops.ComplexAbs(x=z, Tout=_part(z)), away(), dtypes=COMPLEX)

# Dtypes, which a gradient must take back.
elementwise("cast_to_float64", lambda x: tf.cast(x, tf.float64), real(), dtypes=HALF)
elementwise("cast_to_complex128", lambda x: tf.cast(x, tf.complex128), real(), dtypes=EVERY)
elementwise("cast_of_real_part", lambda z: tf.cast(z, tf.float64), real(), dtypes=COMPLEX)
elementwise("saturate_cast", lambda x: tf.saturate_cast(x, tf.float64), real(), dtypes=HALF)

# Clipping.
elementwise(
    "clip_by_value",
    lambda x: tf.clip_by_value(x, -1.4, 1.6),
    broken(),
    dtypes=HALF,
    edges=[kink("bounds", [-1.4, 1.6, 0.0]), edge("beyond", [-3.0, 4.0])],
)
elementwise(
    "clip_by_norm",
    lambda x: tf.clip_by_norm(x, 1.0),
    between(0.8, 2.0),
    dtypes=("float16", *REAL),
    edges=[
        edge("zero", [0.0, 0.0]),
        edge("within", [0.1, -0.2]),
        edge("axes", call=lambda x: tf.clip_by_norm(x, 1.0, axes=[-1])),
        edge("a row of zeros", [[0.0, 0.0], [3.0, 4.0]], call=lambda x: tf.clip_by_norm(x, 1.0, axes=[1])),
    ],
)
elementwise(
    "clip_by_average_norm",
    lambda x: tf.compat.v1.clip_by_average_norm(x, 0.1),
    between(0.8, 2.0),
    dtypes=("float32",),
    edges=[edge("within", [0.01, -0.02]), edge("zero", [0.0, 0.0])],
)
elementwise(
    "clip_by_global_norm",
    lambda x, y: tf.clip_by_global_norm([x, y], 1.0)[0],
    positive(2, 3),
    positive(2),
    dtypes=("float16", *REAL),
    edges=[
        edge("within", [0.1, 0.2], [0.3]),
        edge("zero", [0.0, 0.0], [0.0]),
        edge("one is zero", [0.0, 0.0], [1.5, 2.0]),
        edge("use_norm", call=lambda x, y: tf.clip_by_global_norm([x, y], 1.0, use_norm=tf.reduce_sum(y))[0]),
    ],
)
