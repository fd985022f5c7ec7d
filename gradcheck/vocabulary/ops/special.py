"""Special functions, and samplers whose gradient is implicit."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, between, positive, real, unit
from gradcheck.op import HALF, REAL, Family, edge, kink

special = Family("special")
IMPLICIT = "the gradient follows the distribution, not the sample"
NO_SECOND = "its gradient has no gradient"
BY_A = "forward mode goes through the derivative by a as well, which has no gradient"
SINGLE = ("float16", *REAL)  # Eigen has no kernels for bfloat16
NOT_WRITTEN = "its gradient function gives None: nobody has written that derivative"
OF_DTYPE = "each dtype draws another sample"


def _gamma(a: Any, b: Any) -> Any:
    return tf.random.stateless_gamma([2, 3], seed=[1, 2], alpha=a, beta=b, dtype=a.dtype)


def _two(x: Any) -> Any:
    return tf.constant(2.0, x.dtype)


# Error functions.
special("erf", tf.math.erf, real(), dtypes=HALF, edges=[edge("zero", [0.0, 1.0]), edge("far", [-6.0, 6.0])])
special("erfc", tf.math.erfc, real(), dtypes=HALF, edges=[edge("zero", [0.0, 1.0]), edge("far", [-6.0, 6.0])])
special("erfinv", tf.math.erfinv, unit(), edges=[edge("zero", [0.0, 0.5]), edge("near the ends", [-0.999, 0.999])])
special("erfcinv", tf.math.erfcinv, between(0.2, 1.8), edges=[edge("one", [1.0])])
special("ndtri", tf.math.ndtri, between(0.1, 0.9), edges=[edge("half", [0.5]), edge("tails", [0.001, 0.999])])
special("dawsn", tf.math.special.dawsn, real(), edges=[edge("zero", [0.0]), edge("far", [-8.0, 8.0])])

# Gamma functions.
special(
    "lgamma", tf.math.lgamma, positive(), dtypes=SINGLE, edges=[edge("below zero", [-0.5, -1.3]), edge("far", [50.0])]
)
special("digamma", tf.math.digamma, positive(), edges=[edge("below zero", [-0.5, -1.3]), edge("far", [50.0])])
special(
    "polygamma",
    lambda x: tf.math.polygamma(tf.ones_like(x), x),
    positive(),
    edges=[
        edge("order 0", call=lambda x: tf.math.polygamma(tf.zeros_like(x), x)),
        edge("order 3", call=lambda x: tf.math.polygamma(3 * tf.ones_like(x), x)),
        edge("orders of a row", call=lambda x: tf.math.polygamma(tf.constant([[1.0], [2.0]], x.dtype), x)),
        edge("x broadcasts", positive(1), call=lambda x: tf.math.polygamma(tf.constant([1.0, 2.0], x.dtype), x)),
    ],
)
special(
    "zeta",
    tf.math.zeta,
    between(1.5, 4.0, 2, 3),
    positive(2, 3),
    edges=[
        edge("broadcast", between(2.0, 4.0, 2, 1), positive(3)),
        edge("of q", positive(2, 3), call=lambda q: tf.math.zeta(tf.constant(2.5, q.dtype), q)),
        edge("empty", between(2.0, 3.0, 0, 2), positive(2)),
    ],
    absent={0: NOT_WRITTEN},
)
special(
    "igamma",
    tf.math.igamma,
    positive(2, 3),
    positive(2, 3),
    edges=[
        edge("broadcast", positive(2, 1), positive(3)),
        edge("scalar a", 1.5, positive(2, 2)),
        edge("far", [20.0, 1.0], [5.0, 20.0]),
        edge("x of zero", [2.0, 3.0], call=lambda a: tf.math.igamma(a, tf.zeros_like(a))),
        kink("corner", [1.0, 0.5], [0.0, 0.0]),
    ],
    limits={"second": NO_SECOND},
)
special(
    "igammac",
    tf.math.igammac,
    positive(2, 3),
    positive(2, 3),
    edges=[edge("broadcast", positive(2, 1), positive(3)), edge("far", [20.0, 1.0], [5.0, 20.0])],
    limits={"second": NO_SECOND},
)
special(
    "igamma_of_x",
    lambda x: tf.math.igamma(tf.constant(1.7, x.dtype), x),
    positive(),
    edges=[edge("a of 1", call=lambda x: tf.math.igamma(tf.ones_like(x), x)), edge("zero", [0.0, 1.0])],
    limits={"reverse over forward": BY_A, "forward over": BY_A},
)
special(
    "betainc",
    tf.math.betainc,
    positive(2, 3),
    positive(2, 3),
    between(0.1, 0.9, 2, 3),
    edges=[
        edge("of scalar parameters", 1.5, 2.5, between(0.1, 0.9, 2, 2)),
        edge("of scalar x", positive(2, 2), positive(2, 2), 0.4),
        edge("of x", between(0.1, 0.9, 2, 3), call=lambda x: tf.math.betainc(x * 0 + 1.5, x * 0 + 2.5, x)),
        edge("of x, scalar parameters", between(0.1, 0.9, 2, 3), call=lambda x: tf.math.betainc(_two(x), _two(x), x)),
    ],
    absent={0: NOT_WRITTEN, 1: NOT_WRITTEN},
)
special(
    "lbeta",
    tf.math.lbeta,
    positive(2, 3),
    edges=[
        # The gradient is zero, up to what rounding leaves of it; the sum tells how small that is.
        edge("one", positive(2, 1), call=lambda x: tf.math.lbeta(x) + tf.reduce_sum(x, axis=-1)),
        edge("vector", positive(3)),
    ],
)

# Integrals.
special("expint", tf.math.special.expint, positive(), edges=[edge("small", [0.01, 0.2])])
special("fresnel_cos", tf.math.special.fresnel_cos, real(), edges=[edge("zero", [0.0, 3.0])])
special("fresnel_sin", tf.math.special.fresnel_sin, real(), edges=[edge("zero", [0.0, 3.0])])
special("spence", tf.math.special.spence, positive(), edges=[edge("one", [1.0, 2.0]), edge("far", [40.0])])

# Bessel functions.
for _kind in ("i0", "i1", "j0", "j1"):
    special(
        f"bessel_{_kind}",
        getattr(tf.math.special, f"bessel_{_kind}"),
        away(),
        dtypes=SINGLE,
        edges=[edge("zero", [0.0, 1.0]), edge("far", [-9.0, 9.0])],
    )
for _kind in ("i0e", "i1e"):
    special(
        f"bessel_{_kind}",
        getattr(tf.math.special, f"bessel_{_kind}"),
        away(),
        dtypes=SINGLE,
        edges=[kink("zero", [0.0, 1.0]), edge("far", [-9.0, 9.0])],
    )
for _kind in ("k0", "k0e", "k1", "k1e", "y0", "y1"):
    special(
        f"bessel_{_kind}",
        getattr(tf.math.special, f"bessel_{_kind}"),
        positive(),
        dtypes=SINGLE,
        edges=[edge("far", [9.0, 4.0]), edge("two", [2.0])],
    )

# Samplers: the seed is given, so that each is a function of its parameters.
special(
    "stateless_gamma",
    lambda a: tf.random.stateless_gamma([2, 3], seed=[1, 2], alpha=a, dtype=a.dtype),
    positive(3),
    edges=[
        edge("beta", positive(3), positive(3), call=_gamma),
        edge("scalar alpha", 1.5),
    ],
    limits={"numeric": IMPLICIT, "precision": OF_DTYPE, "second": NO_SECOND},
)
special(
    "stateless_gamma_v2",
    lambda a: tf.raw_ops.StatelessRandomGammaV2(shape=[2, 3], seed=[1, 2], alpha=a),
    positive(3),
    limits={"numeric": IMPLICIT, "precision": OF_DTYPE, "second": NO_SECOND},
)
special(
    "stateless_truncated_normal",
    lambda mean, scale: tf.random.stateless_parameterized_truncated_normal(
        [2, 3], [1, 2], mean, scale, mean - 1.5 * scale, mean + 2.0 * scale
    ),
    real(3),
    positive(3),
    limits={"precision": OF_DTYPE, "numeric": IMPLICIT, "second": IMPLICIT, "xla": "XLA draws another sample"},
)
