"""Reductions along axes, and scans."""

from collections.abc import Callable
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import Domain, away, between, distinct, real
from gradcheck.op import COMPLEX, HALF, REAL, Call, Edge, Family, edge, kink

reductions = Family("reductions")
EVERY = (*HALF, *COMPLEX)
WIDE = (*HALF, "complex128")  # complex64 runs through the same kernels
numpy = tf.experimental.numpy
ROW_OF_ZEROS = [[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]]


def _axes(call: Call) -> list[Edge]:
    """Return the ways to name an axis."""
    return [
        edge("axis=0", call=lambda x: call(x, axis=0)),
        edge("axis=-1, keepdims", call=lambda x: call(x, axis=-1, keepdims=True)),
    ]


def _ways(call: Call, kind: Callable[..., Domain]) -> list[Edge]:
    """Return the ways to name axes, and sizes at the edge."""
    return [
        *_axes(call),
        edge("two axes, unordered", kind(2, 3, 2), call=lambda x: call(x, axis=[-1, 0])),
        edge("no axis", call=lambda x: call(x, axis=[])),
        edge("size 1", kind(1, 2), call=lambda x: call(x, axis=0)),
        edge("scalar", 1.5),
        edge("empty result", kind(0, 3), call=lambda x: call(x, axis=1)),
    ]


def _scan(call: Call, kind: Callable[..., Domain]) -> list[Edge]:
    """Return the ways to run along an axis."""
    return [
        edge("axis=-1", call=lambda x: call(x, axis=-1)),
        edge("exclusive", call=lambda x: call(x, exclusive=True)),
        edge("reverse", kind(3, 2), call=lambda x: call(x, reverse=True)),
        edge("exclusive, reverse", kind(3, 2), call=lambda x: call(x, exclusive=True, reverse=True)),
        edge("size 1", kind(1, 2)),
        edge("empty", kind(0, 2)),
    ]


def _rows(x: Any) -> Any:
    return tf.reduce_sum(x, axis=1)


def _euclidean(x: Any) -> Any:
    return tf.math.reduce_euclidean_norm(x, axis=1)


def _later_logsumexp(x: Any) -> Any:
    """Leave out the logarithm of an empty sum, which is infinite."""
    return tf.math.cumulative_logsumexp(x, exclusive=True, reverse=True)[:-1]


# Sums and means.
reductions(
    "reduce_sum",
    tf.reduce_sum,
    real(),
    dtypes=EVERY,
    edges=[*_ways(tf.reduce_sum, real), edge("empty", real(0, 3)), edge("of empty rows", real(3, 0), call=_rows)],
)
reductions("reduce_mean", tf.reduce_mean, real(), dtypes=WIDE, edges=_ways(tf.reduce_mean, real))
reductions(
    "reduce_variance",
    tf.math.reduce_variance,
    real(),
    dtypes=WIDE,
    edges=[*_axes(tf.math.reduce_variance), edge("all equal", [2.0, 2.0, 2.0])],
)
reductions(
    "reduce_std",
    tf.math.reduce_std,
    distinct(),
    dtypes=WIDE,
    edges=[
        *_axes(tf.math.reduce_std),
        kink("all equal", [2.0, 2.0, 2.0]),
    ],
)

# Products.
reductions(
    "reduce_prod",
    tf.reduce_prod,
    away(),
    dtypes=("float16", *REAL, "complex128"),
    edges=[
        *_axes(tf.reduce_prod),
        edge("two axes, unordered", away(2, 3, 2), call=lambda x: tf.reduce_prod(x, axis=[-1, 0])),
        edge("scalar", 1.5),
        edge("a zero", [2.0, 0.0, 3.0]),
        edge("two zeros", [0.0, 2.0, 0.0]),
        edge("zeros in rows", [[0.0, 2.0, 3.0], [0.0, 0.0, 1.0]], call=lambda x: tf.reduce_prod(x, axis=-1)),
        edge("empty", real(0, 2), call=lambda x: tf.reduce_prod(x, axis=0)),
    ],
)
reductions(
    "cumprod",
    tf.math.cumprod,
    away(),
    dtypes=EVERY,
    edges=[*_scan(tf.math.cumprod, away), edge("a zero", [2.0, 0.0, 3.0]), edge("two zeros", [0.0, 2.0, 0.0])],
)
reductions("cumsum", tf.cumsum, real(), dtypes=WIDE, edges=_scan(tf.cumsum, real))

# Largest and smallest.
reductions(
    "reduce_max",
    tf.reduce_max,
    distinct(),
    dtypes=HALF,
    edges=[*_ways(tf.reduce_max, distinct), kink("tie", [1.0, 2.0, 2.0])],
)
reductions(
    "reduce_min",
    tf.reduce_min,
    distinct(),
    dtypes=HALF,
    edges=[*_axes(tf.reduce_min), kink("tie", [1.0, 1.0, 2.0])],
)
reductions("ptp", lambda x: numpy.ptp(x, axis=-1), distinct())

# Logarithms of sums.
reductions(
    "reduce_logsumexp",
    tf.reduce_logsumexp,
    real(),
    dtypes=HALF,
    edges=[
        *_axes(tf.reduce_logsumexp),
        edge("empty result", real(0, 3), call=lambda x: tf.reduce_logsumexp(x, axis=1)),
        edge("equal", [1.0, 1.0, 1.0]),
        edge("far", [-500.0, 300.0, 200.0]),
        kink("infinities", [float("-inf"), 1.0, 2.0]),
    ],
)
reductions(
    "cumulative_logsumexp",
    tf.math.cumulative_logsumexp,
    real(3, 2),
    dtypes=("float16", *REAL),
    edges=[
        edge("axis=-1", call=lambda x: tf.math.cumulative_logsumexp(x, axis=-1)),
        edge("exclusive, reverse", call=_later_logsumexp),
        edge("empty", real(0, 2)),
        edge("far", [-300.0, 200.0, -100.0]),
    ],
)

# Norms.
reductions(
    "reduce_euclidean_norm",
    tf.math.reduce_euclidean_norm,
    away(),
    dtypes=EVERY,
    edges=[
        *_ways(tf.math.reduce_euclidean_norm, away),
        edge("one row of two", call=lambda x: _euclidean(x)[0]),
        kink("zero", ROW_OF_ZEROS, call=_euclidean),
    ],
)
reductions(
    "vector_norm",
    tf.norm,
    away(),
    dtypes=WIDE,
    edges=[
        edge("axis=-1, keepdims", call=lambda x: tf.norm(x, axis=-1, keepdims=True)),
        edge("ord=1", call=lambda x: tf.norm(x, ord=1, axis=0)),
        edge("ord=3", call=lambda x: tf.norm(x, ord=3)),
        edge("ord=1.5", call=lambda x: tf.norm(x, ord=1.5, axis=-1)),
        edge("ord=3, a zero", [0.0, 1.0, 2.0], call=lambda x: tf.norm(x, ord=3)),
        edge("fro", away(2, 3, 2), call=lambda x: tf.norm(x, ord="fro", axis=[0, 1])),
        kink("zero", ROW_OF_ZEROS, call=lambda x: tf.norm(x, axis=1)),
    ],
)
reductions(
    "norm_inf",
    lambda x: tf.norm(x, ord=float("inf"), axis=-1),
    between(0.5, 2.0, 2, 1),
    edges=[edge("several", [[3.0, -5.0, 1.0]]), kink("tie", [[2.0, -2.0]])],
)
reductions(
    "normalize",
    lambda x: tf.linalg.normalize(x, axis=-1),
    away(),
    edges=[edge("whole", call=tf.linalg.normalize), edge("ord=1", call=lambda x: tf.linalg.normalize(x, ord=1))],
)
reductions("global_norm", lambda x, y: tf.linalg.global_norm([x, y]), away(2, 3), away(2), dtypes=HALF)

# NumPy's.
reductions(
    "numpy_var",
    lambda x: numpy.var(x, axis=0, ddof=1, dtype=x.dtype.as_numpy_dtype),
    real(3, 2),
)
reductions(
    "numpy_nanmean",
    lambda x: numpy.nanmean(x, axis=0),
    real(3, 2),
    edges=[kink("a NaN", [[float("nan"), 1.0], [2.0, 3.0]])],
)
reductions("numpy_diff", lambda x: numpy.diff(x, n=2), real(2, 4))
