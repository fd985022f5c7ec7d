"""Elementwise operations of two inputs or more, which broadcast."""

from collections.abc import Callable, Sequence

from gradcheck.backend import tf
from gradcheck.domain import Domain, away, between, broken, distinct, positive, real
from gradcheck.op import COMPLEX, HALF, REAL, Call, Edge, Family, edge, kink

binary = Family("binary")
EVERY = (*HALF, *COMPLEX)
WIDE = (*HALF, "complex128")  # complex64 runs through the same kernels
Kind = Callable[..., Domain]


def _shapes(*kinds: Kind) -> list[Edge]:
    """Return the ways in which sizes broadcast."""
    left, right = kinds
    return [
        edge("broadcast both", left(2, 1, 3), right(2, 1)),
        edge("scalar right", left(2, 3), 1.3),
        edge("scalar left", 1.3, right(2, 2)),
        edge("empty by size 1", left(2, 1), right(2, 0)),
    ]


def _more_shapes(*kinds: Kind) -> list[Edge]:
    """Return further ones, for operations whose gradients stand for those of many."""
    left, right = kinds
    return [
        edge("broadcast left", left(1), right(2, 3)),
        edge("scalars", 1.3, 1.7),
        edge("empty", left(0, 3), right(1, 3)),
    ]


def _pair(name: str, call: Call, *kinds: Kind, edges: Sequence[Edge] = (), dtypes: Sequence[str] = WIDE) -> None:
    left, right = kinds
    binary(name, call, left(2, 3), right(2, 3), dtypes=dtypes, edges=[*_shapes(left, right), *edges])


# Arithmetic.
_pair("add", tf.add, real, real, edges=_more_shapes(real, real))
_pair("add_v1", lambda x, y: tf.raw_ops.Add(x=x, y=y), real, real)
_pair("subtract", tf.subtract, real, real)
_pair(
    "multiply",
    tf.multiply,
    real,
    real,
    dtypes=EVERY,
    edges=[*_more_shapes(real, real), edge("zeros", [0.0, 1.0], [0.0, 0.0])],
)
_pair("divide", tf.divide, real, away, edges=[edge("zero by number", [0.0, 1.0], [2.0, 3.0])])
_pair("div", lambda x, y: tf.raw_ops.Div(x=x, y=y), real, away)
_pair("divide_no_nan", tf.math.divide_no_nan, real, away, edges=[kink("zero", [1.0, 0.0], [0.0, 0.0])])
_pair(
    "multiply_no_nan",
    tf.math.multiply_no_nan,
    real,
    away,
    edges=[edge("zeros", [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]), kink("infinity", [float("inf"), 1.0], [0.0, 1.0])],
)
_pair("squared_difference", tf.math.squared_difference, real, real, edges=[edge("equal", [1.0, 2.0], [1.0, 2.0])])
_pair(
    "floormod",
    tf.math.floormod,
    lambda *shape: between(0.1, 0.9, *shape),
    lambda *shape: between(-1.9, -1.1, *shape),
    dtypes=REAL,
    edges=[edge("several times", [7.3, -7.3, 7.3, -7.3], [2.0, 2.0, -2.0, -2.0]), kink("multiple", [4.0], [2.0])],
)
_pair("floordiv", tf.math.floordiv, broken, lambda *shape: between(1.0, 1.01, *shape), dtypes=REAL)
binary("accumulate_n", lambda x, y: tf.math.accumulate_n([x, y, x]), real(2, 3), real(2, 3))
binary("add_n", lambda x, y: tf.add_n([x, y, x]), real(2, 3), real(2, 3), dtypes=EVERY)
binary("add_n_of_one", lambda x: tf.add_n([x]), real(2, 3))
binary("scalar_mul", lambda a, x: tf.math.scalar_mul(tf.reduce_sum(a), x), real(1), real(2, 3), dtypes=EVERY)
binary("polyval", lambda x, a, b: tf.math.polyval([a, b, a], x), real(2, 3), real(1), real(3))

# Powers.
_pair(
    "pow",
    tf.pow,
    positive,
    real,
    dtypes=EVERY,
    edges=[
        *_more_shapes(positive, real),
        edge("zero base", [0.0, 0.0], [2.0, 3.5]),
        edge("zero exponent", [1.5, 2.0], [0.0, 0.0]),
        edge("negative base", [-1.5, -2.0], call=lambda x: tf.pow(x, 3.0)),
        edge("zero base, exponent 1", [0.0, 1.0], call=lambda x: tf.pow(x, 1.0)),
        edge("zero base, exponent 0", [0.0, 1.0], call=lambda x: tf.pow(x, 0.0)),
        edge("zero base, whole exponents", [0.0, 0.0, 2.0], call=lambda x: tf.pow(x, [1.0, 2.0, 3.0])),
    ],
)
_pair(
    "xlogy",
    tf.math.xlogy,
    away,
    positive,
    edges=[edge("zero", [0.0, 1.0], [2.0, 0.5]), kink("both zero", [0.0], [0.0])],
)
_pair("xlog1py", tf.math.xlog1py, away, positive, edges=[edge("zero", [0.0, 1.0], [2.0, 0.5])])
_pair("xdivy", tf.math.xdivy, away, away, edges=[edge("zero", [0.0, 1.0], [2.0, 0.5])])

# Angles and lengths.
_pair(
    "atan2",
    tf.atan2,
    away,
    away,
    dtypes=HALF,
    edges=[edge("axes", [0.0, 1.0, -1.0], [1.0, 0.0, 0.0]), kink("origin", [0.0], [0.0])],
)
_pair("hypot", tf.experimental.numpy.hypot, away, away, dtypes=REAL)
_pair("complex", tf.complex, real, real, dtypes=REAL)
_pair("nextafter", tf.math.nextafter, real, real, dtypes=REAL)

# Choices.
_pair(
    "maximum",
    tf.maximum,
    distinct,
    broken,
    dtypes=HALF,
    edges=[*_more_shapes(distinct, broken), kink("tie", [1.0, 2.0], [1.0, 2.0])],
)
_pair("minimum", tf.minimum, distinct, broken, dtypes=HALF, edges=[kink("tie", [1.0, 2.0], [1.0, 2.0])])
_pair(
    "logaddexp",
    tf.experimental.numpy.logaddexp,
    distinct,
    broken,
    dtypes=REAL,
    edges=[edge("equal", [1.0, 2.0], [1.0, 2.0]), edge("far", [100.0, -100.0], [-100.0, 100.0])],
)
binary(
    "logaddexp2",
    tf.experimental.numpy.logaddexp2,
    distinct(2, 3),
    broken(2, 3),
    edges=[edge("equal", [1.0, 2.0], [1.0, 2.0]), edge("broadcast both", distinct(2, 1, 3), broken(2, 1))],
)
binary(
    "clip_by_bounds",
    tf.clip_by_value,
    broken(2, 3),
    between(-1.45, -1.35, 2, 3),
    between(1.55, 1.65, 2, 3),
    dtypes=REAL,
    edges=[
        edge("scalar bounds", broken(2, 3), -1.4, 1.6),
        edge("row bounds", broken(2, 3), between(-1.45, -1.35, 3), between(1.55, 1.65, 2, 1)),
        kink("at the bounds", [-1.0, 1.0], -1.0, 1.0),
    ],
)
binary(
    "raw_clip_by_value",
    lambda x, low, high: tf.raw_ops.ClipByValue(t=x, clip_value_min=low, clip_value_max=high),
    broken(2, 3),
    between(-1.45, -1.35, 2, 3),
    between(1.55, 1.65, 2, 3),
    dtypes=REAL,
    edges=[
        edge("scalar bounds", broken(2, 3), -1.4, 1.6),
        edge("scalar below", broken(2, 3), -1.4, between(1.55, 1.65, 2, 3)),
        edge("scalar above", broken(2, 3), between(-1.45, -1.35, 2, 3), 1.6),
        edge("bounds that cross", [0.0, 0.3], [2.0, 2.0], [1.0, 1.0]),
    ],
)
